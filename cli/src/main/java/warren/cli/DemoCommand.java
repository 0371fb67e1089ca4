// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.List;

/// `warren demo`: the whole thing on one machine, with nothing simulated.
final class DemoCommand {
    private static final Option NODES =
            Option.valued("--nodes", "N", "how many nodes, 2 to 20 (default: 2)");
    private static final Option KEEP =
            Option.flag("--keep", "leave it running to look around, until Enter or Ctrl-C");

    static final Verb VERB =
            new Verb(
                    "demo",
                    "show two containers on two nodes talking, on this machine alone",
                    List.of(),
                    List.of(NODES, KEEP, Option.JSON),
                    DemoCommand::run);

    private DemoCommand() {}

    private static int run(Words words, Console console) throws IOException {
        if (words.has(KEEP) || console != null) throw new IOException("not here yet");
        return Exit.DONE;
    }
}
