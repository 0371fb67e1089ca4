// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.List;
import warren.control.LeaveRequest;

/// `warren leave`: ends this machine's membership; it can join again, as a new node.
final class LeaveCommand {
    private static final Option FORCE =
            Option.flag("--force", "also where containers are attached: detach them");

    static final Verb VERB =
            new Verb(
                    "leave",
                    "leave the cluster and take this node's part of the network down",
                    List.of(),
                    List.of(FORCE),
                    LeaveCommand::run);

    private LeaveCommand() {}

    private static int run(Words words, Console console) throws IOException {
        console.client().leave(new LeaveRequest(words.has(FORCE)));
        return Exit.DONE;
    }
}
