// SPDX-License-Identifier: Apache-2.0
package warren.agent.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class LauncherTest {
    @Test
    void theCommandIsWhatCameBeforeTheWordAgent() throws IOException {
        assertEquals(
                List.of("/jdk/bin/java", "-cp", "x", "warren.cli.Main"),
                Launcher.beforeAgent(
                        List.of(
                                "/jdk/bin/java",
                                "-cp",
                                "x",
                                "warren.cli.Main",
                                "agent",
                                "-v",
                                "")));
    }

    @Test
    void aProcessThatIsNoAgentSaysWhatToSet() {
        IOException e =
                assertThrows(IOException.class, () -> Launcher.beforeAgent(List.of("java", "X")));
        assertEquals(
                "cannot tell how to start the tunnel; set WARREN_LAUNCHER to the warren script",
                e.getMessage());
    }
}
