// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.List;

/// `warren agent`: this node's daemon, in the foreground.
final class AgentCommand {
    static final Verb VERB =
            new Verb(
                    "agent",
                    "run this node's daemon in the foreground",
                    List.of(),
                    List.of(),
                    AgentCommand::run);

    private AgentCommand() {}

    private static int run(Words words, Console console) throws IOException {
        if (words.has(Option.JSON) || console != null) throw new IOException("not here yet");
        return Exit.DONE;
    }
}
