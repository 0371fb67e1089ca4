// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One TCP stream of iperf3 from one namespace to another.
///
/// @param bitsPerSecond what arrived
record Throughput(double bitsPerSecond) {
    /// Left out at the start: the JVM compiles the packet loops while the first packets pass.
    private static final int WARM_UP_SECONDS = 2;

    private static final int SECONDS = 4;

    static Throughput measure(Netns from, Netns to, String address, Cleanup cleanup)
            throws IOException, InterruptedException {
        Process server =
                new ProcessBuilder(to.inside("iperf3", "-s", "-1", "-B", address, "--forceflush"))
                        .redirectErrorStream(true)
                        .start();
        cleanup.later(() -> server.destroyForcibly().waitFor());
        awaitListening(server);
        Tool.Output output =
                Tool.output(
                        from.inside(
                                "iperf3",
                                "-c",
                                address,
                                "-O",
                                String.valueOf(WARM_UP_SECONDS),
                                "-t",
                                String.valueOf(SECONDS),
                                "-J"),
                        "",
                        Duration.ofSeconds(WARM_UP_SECONDS + SECONDS + 20));
        server.destroy();
        return parse(output.out());
    }

    private static void awaitListening(Process server) throws IOException {
        BufferedReader words = server.inputReader(StandardCharsets.UTF_8);
        String line;
        while ((line = words.readLine()) != null) {
            if (line.contains("Server listening")) {
                return;
            }
        }
        throw new DemoException("iperf3 -s ended before it listened");
    }

    static Throughput parse(String json) throws DemoException {
        try {
            JsonNode tree = JsonMapper.shared().readTree(json);
            JsonNode error = tree.path("error");
            if (error.isString()) {
                throw new DemoException("iperf3: " + error.stringValue());
            }
            JsonNode bits = tree.path("end").path("sum_received").path("bits_per_second");
            if (!bits.isNumber()) {
                throw new DemoException("iperf3 reported no figure");
            }
            return new Throughput(bits.doubleValue());
        } catch (JacksonException _) {
            throw new DemoException("iperf3 did not report in JSON");
        }
    }

    /// Whole Mbit/s.
    long megabits() {
        return Math.round(bitsPerSecond / 1e6);
    }
}
