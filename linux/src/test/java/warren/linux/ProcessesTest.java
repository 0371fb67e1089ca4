// SPDX-License-Identifier: Apache-2.0
package warren.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import warren.linux.testing.LeakCheck;

@Timeout(60)
@ExtendWith(LeakCheck.class)
final class ProcessesTest {
    @Test
    void aChildLeavesTheSessionOfItsParent() throws Exception {
        Process child = startChild("detach");
        assertEquals(
                "detached",
                new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
        assertEquals(0, child.waitFor());
    }

    @Test
    void signalsReachAProcessAndReportThatItIsGone() throws Exception {
        Process child = new ProcessBuilder("sleep", "60").start();
        assertTrue(Processes.signal((int) child.pid(), 0));
        assertTrue(Processes.signal((int) child.pid(), Processes.SIGTERM));
        assertEquals(128 + Processes.SIGTERM, child.waitFor());
        assertFalse(Processes.signal((int) child.pid(), Processes.SIGTERM));
    }

    @Test
    void knowsTheEffectiveUser() throws Exception {
        assertEquals(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid"), Processes.effectiveUserId());
        assertEquals(Processes.effectiveUserId() == 0, Processes.isRoot());
    }

    @Test
    void theModeMaskIsSetAndGivenBack() {
        int before = Processes.fileModeMask(0b000_111_111);
        assertEquals(0b000_111_111, Processes.fileModeMask(before));
    }

    private static Process startChild(String what) throws Exception {
        return new ProcessBuilder(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                DetachingChild.class.getName(),
                                what))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
