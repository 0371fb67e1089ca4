// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.List;
import warren.control.JoinRequest;
import warren.control.Membership;

/// `warren join -`: enters the cluster of a token. The token is a secret, so it comes from stdin or
/// a file: an argument could be read by every user of the machine.
final class JoinCommand {
    static final Verb VERB =
            new Verb(
                    "join",
                    "join a cluster with a token, read from stdin (-) or a file",
                    List.of("-|FILE"),
                    List.of(Option.NAME, Option.ENDPOINT, Option.JSON),
                    JoinCommand::run);

    private JoinCommand() {}

    private static int run(Words words, Console console) throws IOException {
        String source = words.operand(0);
        if (TokenSource.looksLikeToken(source)) {
            console.complain(
                    "never give the token as an argument, every user of this machine can read it;"
                            + " pipe it into: warren join -");
            return Exit.USAGE;
        }
        String token = new TokenSource(console).read(source);
        JoinRequest request =
                new JoinRequest(token, words.value(Option.NAME), words.values(Option.ENDPOINT));
        Membership membership = console.client().join(request);
        if (words.has(Option.JSON)) {
            console.out().println(membership.jsonText());
        } else {
            MembershipText.print(membership, console.out());
        }
        return Exit.DONE;
    }
}
