// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import warren.control.AttachRequest;
import warren.control.Attachment;

/// `warren attach`: gives a container an interface on the overlay network.
final class AttachCommand {
    private static final Option NETNS =
            Option.required(
                    "--netns",
                    "PATH",
                    "its network namespace: /run/netns/NAME or /proc/PID/ns/net");
    private static final Option IP =
            Option.valued(
                    "--ip",
                    "ADDRESS",
                    "the address it gets (default: a free one of the node's block)");

    static final Verb VERB =
            new Verb(
                    "attach",
                    "give a container an interface on the overlay network",
                    List.of("NAME"),
                    List.of(NETNS, IP, Option.JSON),
                    AttachCommand::run);

    private AttachCommand() {}

    private static int run(Words words, Console console) throws IOException {
        AttachRequest request =
                new AttachRequest(
                        words.operand(0),
                        Objects.requireNonNull(words.value(NETNS)),
                        words.value(IP));
        Attachment attachment = console.client().attach(request);
        if (words.has(Option.JSON)) {
            console.out().println(attachment.jsonText());
            return Exit.DONE;
        }
        Facts facts = new Facts();
        facts.add("container", attachment.name());
        facts.add("address", attachment.address());
        facts.add("gateway", attachment.gateway());
        facts.add("mtu", String.valueOf(attachment.mtu()));
        facts.print(console.out());
        return Exit.DONE;
    }
}
