// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `warren agent`: this node's daemon, in the foreground.
@Command(
        name = "agent",
        description = "Run this node's daemon in the foreground.",
        mixinStandardHelpOptions = true)
final class AgentCommand implements Callable<Integer> {
    private final Console console;

    AgentCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        console.complain("not here yet");
        return Exit.FAILED;
    }
}
