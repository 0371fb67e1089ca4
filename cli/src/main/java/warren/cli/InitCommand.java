// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.List;
import warren.control.InitRequest;
import warren.control.Membership;

/// `warren init`: makes this node the first of a new cluster.
final class InitCommand {
    private static final Option NETWORK =
            Option.valued("--network", "CIDR", "the containers' network (default: 10.100.0.0/16)");

    static final Verb VERB =
            new Verb(
                    "init",
                    "make this node the first of a new cluster",
                    List.of(),
                    List.of(Option.NAME, NETWORK, Option.ENDPOINT, Option.JSON),
                    InitCommand::run);

    private InitCommand() {}

    private static int run(Words words, Console console) throws IOException {
        InitRequest request =
                new InitRequest(
                        words.value(Option.NAME),
                        words.value(NETWORK),
                        words.values(Option.ENDPOINT));
        Membership membership = console.client().init(request);
        if (words.has(Option.JSON)) {
            console.out().println(membership.jsonText());
            return Exit.DONE;
        }
        MembershipText.print(membership, console.out());
        console.out().println();
        console.out()
                .println(
                        "To add a node: `warren token` here prints a token, `warren join -` there reads it.");
        return Exit.DONE;
    }
}
