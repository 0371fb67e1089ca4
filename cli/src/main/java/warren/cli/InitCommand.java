// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import warren.control.InitRequest;
import warren.control.Membership;

/// `warren init`: makes this node the first of a new cluster.
@Command(
        name = "init",
        description = "Make this node the first of a new cluster.",
        mixinStandardHelpOptions = true)
final class InitCommand implements Callable<Integer> {
    private final Console console;

    @Mixin private JsonOption json = new JsonOption();
    @Mixin private NodeOptions node = new NodeOptions();

    @Option(
            names = "--network",
            paramLabel = "CIDR",
            description = "The containers' network (default: 10.100.0.0/16).")
    private @Nullable String network;

    InitCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        InitRequest request = new InitRequest(node.name, network, node.endpoints);
        Membership membership = console.client().init(request);
        if (json.wanted) {
            console.out().println(membership.jsonText());
        } else {
            MembershipText.print(membership, console.out());
            console.out().println();
            console.out()
                    .println("Other nodes join with the token: warren token, there warren join -");
        }
        return Exit.DONE;
    }
}
