// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `warren demo`: the whole thing on one machine, with nothing simulated.
@Command(
        name = "demo",
        description = "Show two containers on two nodes talking, on this machine alone.",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    private final Console console;

    @Mixin private JsonOption json = new JsonOption();

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "2",
            description = "How many nodes, 2 to 20 (default: 2).")
    private int nodes;

    @Option(
            names = "--keep",
            description = "Leave it running to look around, until Enter or Ctrl-C.")
    private boolean keep;

    DemoCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        console.complain("not here yet" + json.wanted + nodes + keep);
        return Exit.FAILED;
    }
}
