// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import warren.control.AttachRequest;
import warren.control.Attachment;

/// `warren attach`: gives a container an interface on the overlay network.
@Command(
        name = "attach",
        description = "Give a container an interface on the overlay network.",
        mixinStandardHelpOptions = true)
final class AttachCommand implements Callable<Integer> {
    private final Console console;

    @Mixin private JsonOption json = new JsonOption();

    @Parameters(paramLabel = "NAME", description = "The container's name on this node.")
    private String name = "";

    @Option(
            names = "--netns",
            required = true,
            paramLabel = "PATH",
            description = "Its network namespace: /run/netns/NAME or /proc/PID/ns/net.")
    private String netns = "";

    @Option(
            names = "--ip",
            paramLabel = "ADDRESS",
            description = "The address it gets (default: a free one of the node's block).")
    private @Nullable String address;

    AttachCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Attachment attachment = console.client().attach(new AttachRequest(name, netns, address));
        if (json.wanted) {
            console.out().println(attachment.jsonText());
        } else {
            Facts facts = new Facts();
            facts.add("container", attachment.name());
            facts.add("address", attachment.address());
            facts.add("gateway", attachment.gateway());
            facts.add("mtu", String.valueOf(attachment.mtu()));
            facts.print(console.out());
        }
        return Exit.DONE;
    }
}
