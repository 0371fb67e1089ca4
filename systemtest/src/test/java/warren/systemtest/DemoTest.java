// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `warren demo`: that it shows what it claims, and that nothing of it stays behind.
@Tag("root")
final class DemoTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private Process demo;

    private void start(String... options) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(WarrenNode.launcher(), "demo");
        builder.command().addAll(List.of(options));
        demo = builder.start();
    }

    @AfterEach
    void endDemo() throws InterruptedException {
        demo.destroyForcibly().waitFor();
    }

    @Test
    void everythingItClaimsIsSeenToHold() throws Exception {
        start("--json");
        Thread.ofVirtual().start(() -> demo.errorReader().lines().forEach(_ -> {}));
        String out = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(demo.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertEquals(0, demo.exitValue(), out);
        JsonNode result = JsonMapper.shared().readTree(out);
        assertTrue(result.path("ok").booleanValue(), out);
        assertEquals(2, result.path("nodes").size());
        JsonNode ping = result.path("pings").path("10.100.0.3");
        assertEquals(ping.path("sent").intValue(), ping.path("received").intValue(), out);
        assertTrue(result.path("captureWithoutWarren").path("withMarker").intValue() > 0, out);
        JsonNode capture = result.path("captureAfterJoin");
        assertTrue(capture.path("wireguardData").intValue() >= 10, out);
        assertEquals(0, capture.path("otherIp").intValue(), out);
        assertEquals(0, capture.path("withMarker").intValue(), out);
        assertTrue(result.path("throughputMbit").path("containers").intValue() > 0, out);
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"A LAN", "The cluster", "The containers"})
    void brokenOffAtAnyStepItLeavesNothing(String step) throws Exception {
        start();
        BufferedReader out = demo.inputReader(StandardCharsets.UTF_8);
        String line = out.readLine();
        while (line != null && !line.contains(step)) {
            line = out.readLine();
        }
        assertTrue(line != null, "the demo ended before: " + step);
        demo.toHandle().destroy();
        assertTrue(demo.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertTrue(demo.exitValue() != 0);
        assertNothingIsLeft();
    }

    @Test
    void killedOutrightItLeavesNoProcess() throws Exception {
        start();
        try {
            Await.until(
                    "it captures",
                    PATIENCE,
                    () -> processes().stream().anyMatch(line -> line.contains("tcpdump -n")));
            demo.destroyForcibly().waitFor();
            Await.until("no process is left", PATIENCE, () -> processes().isEmpty());
        } finally {
            start("--nodes", "2"); // removes the names that the killed one left
            String _ = demo.inputReader(StandardCharsets.UTF_8).readLine();
            demo.toHandle().destroy();
            assertTrue(demo.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        }
    }

    private void assertNothingIsLeft() throws IOException {
        String prefix = "warren-demo-" + demo.pid() + "-";
        assertEquals(List.of(), children(Path.of("/run/netns"), prefix));
        assertEquals(List.of(), children(Path.of(System.getProperty("java.io.tmpdir")), prefix));
        assertEquals(List.of(), processes());
    }

    private List<String> processes() {
        String prefix = "warren-demo-" + demo.pid() + "-";
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .filter(line -> line.contains(prefix))
                .toList();
    }

    private static List<Path> children(Path directory, String prefix) throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            return children.filter(child -> child.getFileName().toString().startsWith(prefix))
                    .toList();
        }
    }
}
