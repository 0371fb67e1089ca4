// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import warren.control.EvictRequest;
import warren.control.EvictedNode;
import warren.control.SecretStatus;

/// `warren evict`: puts a node out of the cluster for ever, with a new secret for the others.
final class EvictCommand {
    private static final Option YES = Option.flag("--yes", "do not ask");

    static final Verb VERB =
            new Verb(
                    "evict",
                    "put a node out of the cluster for ever; the others get a new secret",
                    List.of("NODE"),
                    List.of(YES, SecretProgress.TIMEOUT, Option.JSON),
                    EvictCommand::run);

    private EvictCommand() {}

    private static int run(Words words, Console console) throws IOException, UsageException {
        int seconds = SecretProgress.seconds(words);
        boolean json = words.has(Option.JSON);
        String wanted = words.operand(0);
        if (!words.has(YES) && console.isTerminal() && !confirmed(wanted, console)) {
            console.complain("nothing was done");
            return Exit.FAILED;
        }
        EvictedNode evicted = console.client().evict(new EvictRequest(wanted));
        SecretStatus status = new SecretProgress(console, json).await(seconds);
        if (json) {
            console.out().println(status.jsonText());
        } else {
            console.out().println("evicted " + evicted.name() + " (" + evicted.id() + ")");
            if (!status.waiting().isEmpty()) {
                console.out()
                        .println(
                                "not told yet: "
                                        + SecretProgress.names(status.waiting())
                                        + "; they learn of it when they can be reached");
            }
        }
        return Exit.DONE;
    }

    private static boolean confirmed(String wanted, Console console) throws IOException {
        console.err().print("Evict " + wanted + " for ever? [y/N] ");
        console.err().flush();
        String line =
                new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8))
                        .readLine();
        return line != null && List.of("y", "yes").contains(line.strip().toLowerCase(Locale.ROOT));
    }
}
