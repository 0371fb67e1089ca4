// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.List;
import warren.control.EvictedNode;
import warren.control.SecretStatus;

/// `warren secret rotate` and `warren secret status`.
final class SecretCommand {
    static final Verb VERB =
            new Verb(
                    "secret",
                    "rotate the cluster secret, or show how far that has come (status)",
                    List.of("rotate|status"),
                    List.of(SecretProgress.TIMEOUT, Option.JSON),
                    SecretCommand::run);

    private SecretCommand() {}

    private static int run(Words words, Console console) throws IOException, UsageException {
        return switch (words.operand(0)) {
            case "rotate" -> rotate(words, console);
            case "status" -> status(words, console);
            default -> throw new UsageException("say rotate or status");
        };
    }

    private static int rotate(Words words, Console console) throws IOException, UsageException {
        int seconds = SecretProgress.seconds(words);
        boolean json = words.has(Option.JSON);
        console.client().rotate();
        SecretStatus status = new SecretProgress(console, json).await(seconds);
        if (json) {
            console.out().println(status.jsonText());
        } else {
            print(status, console);
        }
        if (status.isDone() || seconds == 0) {
            return Exit.DONE;
        }
        console.complain(
                "not every node has the new secret yet; they go on by themselves, watch with:"
                        + " warren secret status");
        return Exit.FAILED;
    }

    private static int status(Words words, Console console) throws IOException {
        SecretStatus status = console.client().secret();
        if (words.has(Option.JSON)) {
            console.out().println(status.jsonText());
        } else {
            print(status, console);
        }
        return Exit.DONE;
    }

    private static void print(SecretStatus status, Console console) {
        Facts facts = new Facts();
        facts.add("epoch", String.valueOf(status.epoch()));
        facts.add("held by", status.ready() + " of " + status.alive() + " nodes alive");
        facts.add("not yet", SecretProgress.names(some(status, true)));
        facts.add("when they return", SecretProgress.names(some(status, false)));
        facts.add(
                "evicted",
                String.join(", ", status.evicted().stream().map(SecretCommand::name).toList()));
        facts.print(console.out());
    }

    private static List<SecretStatus.Waiting> some(SecretStatus status, boolean alive) {
        return status.waiting().stream().filter(each -> each.alive() == alive).toList();
    }

    private static String name(EvictedNode node) {
        return node.name() + " (" + node.id() + ")";
    }
}
