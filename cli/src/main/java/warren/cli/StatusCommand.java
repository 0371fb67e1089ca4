// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.List;
import warren.control.Status;

/// `warren status`: what this node is and what it carries.
final class StatusCommand {
    static final Verb VERB =
            new Verb(
                    "status",
                    "show this node, its cluster and its containers",
                    List.of(),
                    List.of(Option.JSON),
                    StatusCommand::run);

    private StatusCommand() {}

    private static int run(Words words, Console console) throws IOException {
        Status status = console.client().status();
        if (words.has(Option.JSON)) {
            console.out().println(status.jsonText());
        } else {
            StatusText.print(status, console.out());
        }
        return Exit.DONE;
    }
}
