// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import warren.cli.demo.DemoOptions;
import warren.cli.demo.DemoRun;

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

    private static int run(Words words, Console console) throws IOException, UsageException {
        int nodes = words.number(NODES, 2, DemoOptions.MIN_NODES, DemoOptions.MAX_NODES);
        if (!"root".equals(System.getProperty("user.name"))) {
            console.complain(
                    "the demo makes network namespaces, which needs root: sudo ./warren demo");
            return Exit.FAILED;
        }
        DemoOptions options =
                new DemoOptions(nodes, words.has(KEEP), words.has(Option.JSON), launcher());
        DemoRun demo = new DemoRun(options, console.in(), console.out(), console.err());
        return switch (demo.run()) {
            case HELD -> Exit.DONE;
            case DOUBTFUL -> Exit.FAILED;
            case INTERRUPTED -> Exit.INTERRUPTED;
        };
    }

    /// The launcher that started this process says where it is.
    private static Path launcher() throws IOException {
        String launcher = System.getenv("WARREN_LAUNCHER");
        if (launcher == null) {
            throw new IOException(
                    "start the demo with the warren launcher, it needs to start agents");
        }
        return Path.of(launcher);
    }
}
