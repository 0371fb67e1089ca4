// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import warren.control.DetachRequest;

/// `warren detach`: takes a container's interface and address back. Done twice, it is done.
@Command(
        name = "detach",
        description = "Take a container's interface and address back.",
        mixinStandardHelpOptions = true)
final class DetachCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "NAME", description = "The name it was attached under.")
    private String name = "";

    DetachCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        console.client().detach(new DetachRequest(name));
        return Exit.DONE;
    }
}
