// SPDX-License-Identifier: Apache-2.0
package warren.agent.tunnel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The command that starts Warren again, for the processes that the agent starts.
public final class Launcher {
    /// Set by the `warren` script: its own path.
    public static final String VARIABLE = "WARREN_LAUNCHER";

    private Launcher() {}

    /// The script that started this process or, without one, this process's own command line up to
    /// the word `agent`.
    public static List<String> ofThisProcess() throws IOException {
        @Nullable String script = System.getenv(VARIABLE);
        if (script != null && !script.isEmpty()) {
            return List.of(script);
        }
        byte[] raw = Files.readAllBytes(Path.of("/proc/self/cmdline"));
        return beforeAgent(Arrays.asList(new String(raw, StandardCharsets.UTF_8).split("\0", -1)));
    }

    static List<String> beforeAgent(List<String> commandLine) throws IOException {
        int agent = commandLine.lastIndexOf("agent");
        if (agent <= 0) {
            throw new IOException(
                    "cannot tell how to start the tunnel; set "
                            + VARIABLE
                            + " to the warren script");
        }
        return List.copyOf(commandLine.subList(0, agent));
    }
}
