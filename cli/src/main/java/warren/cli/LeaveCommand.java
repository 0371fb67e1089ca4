// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.List;
import warren.control.LeaveRequest;
import warren.control.Membership;

/// `warren leave`: ends this machine's membership; it can join again, as a new node.
final class LeaveCommand {
    private static final Option FORCE =
            Option.flag("--force", "also where containers are attached: detach them");

    static final Verb VERB =
            new Verb(
                    "leave",
                    "leave the cluster and take this node's part of the network down",
                    List.of(),
                    List.of(FORCE, Option.JSON),
                    LeaveCommand::run);

    private LeaveCommand() {}

    private static int run(Words words, Console console) throws IOException {
        Membership left = console.client().leave(new LeaveRequest(words.has(FORCE)));
        if (words.has(Option.JSON)) {
            console.out().println(left.jsonText());
        }
        return Exit.DONE;
    }
}
