// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import warren.control.JoinRequest;
import warren.control.Membership;

/// `warren join -`: enters the cluster of a token. The token is a secret, so it comes from stdin or
/// a file: an argument could be read by every user of the machine.
@Command(
        name = "join",
        description = "Join a cluster with the token that `warren token` printed on a member.",
        mixinStandardHelpOptions = true)
final class JoinCommand implements Callable<Integer> {
    private final Console console;

    @Mixin private JsonOption json = new JsonOption();
    @Mixin private NodeOptions node = new NodeOptions();

    @Parameters(
            paramLabel = "-|FILE",
            description = "Where to read the token: - is stdin. Never the token itself.")
    private String source = "";

    JoinCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (TokenSource.looksLikeToken(source)) {
            console.complain(
                    "a token on the command line can be read by every user of this machine:"
                            + " pipe it into warren join -");
            return Exit.USAGE;
        }
        String token = new TokenSource(console).read(source);
        Membership membership =
                console.client().join(new JoinRequest(token, node.name, node.endpoints));
        if (json.wanted) {
            console.out().println(membership.jsonText());
        } else {
            MembershipText.print(membership, console.out());
        }
        return Exit.DONE;
    }
}
