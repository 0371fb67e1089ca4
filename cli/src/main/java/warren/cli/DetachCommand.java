// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.List;
import warren.control.DetachRequest;

/// `warren detach`: takes a container's interface and address back. Done twice, it is done.
final class DetachCommand {
    static final Verb VERB =
            new Verb(
                    "detach",
                    "take a container's interface and address back",
                    List.of("NAME"),
                    List.of(),
                    DetachCommand::run);

    private DetachCommand() {}

    private static int run(Words words, Console console) throws IOException {
        console.client().detach(new DetachRequest(words.operand(0)));
        return Exit.DONE;
    }
}
