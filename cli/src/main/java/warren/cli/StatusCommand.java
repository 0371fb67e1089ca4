// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import warren.control.Status;

/// `warren status`: what this node is and what it carries.
@Command(
        name = "status",
        description = "Show this node, its cluster and its containers.",
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
    private final Console console;

    @Mixin private JsonOption json = new JsonOption();

    StatusCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Status status = console.client().status();
        if (json.wanted) {
            console.out().println(status.jsonText());
        } else {
            StatusText.print(status, console.out());
        }
        return Exit.DONE;
    }
}
