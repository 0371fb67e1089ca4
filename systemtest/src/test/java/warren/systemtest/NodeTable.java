// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.function.ToLongFunction;

/// The figures of a run with many nodes, collected as they come, printed at the end and left in
/// `target/nodes-COUNT.txt`.
final class NodeTable {
    private final int count;
    private final List<String> lines = new ArrayList<>();

    NodeTable(int count) {
        this.count = count;
    }

    void took(String what, Duration time) {
        line(what, "%.1f s".formatted(time.toMillis() / 1000.0));
    }

    /// Sleeps for `time` and writes what agents and tunnels took meanwhile.
    void watch(NodeGroup group, Duration time) throws InterruptedException {
        for (Footprint.Role role : Footprint.Role.values()) {
            footprints(group, role); // /proc is read once before, so that reading it is no news
        }
        List<Footprint> agents = footprints(group, Footprint.Role.AGENT);
        List<Footprint> tunnels = footprints(group, Footprint.Role.TUNNEL);
        long start = System.nanoTime();
        Thread.sleep(time);
        double seconds = (System.nanoTime() - start) / 1e9;
        write("agent", agents, footprints(group, Footprint.Role.AGENT), seconds);
        write("tunnel", tunnels, footprints(group, Footprint.Role.TUNNEL), seconds);
    }

    void handshakes(long seen, Duration time) {
        double perNode = (double) seen / count / time.toSeconds();
        // Each handshake is seen at both of its ends.
        line(
                "handshakes",
                "%.3f/s a node, %.2f/s in the cluster".formatted(perNode, perNode * count / 2));
    }

    private static List<Footprint> footprints(NodeGroup group, Footprint.Role role) {
        return group.nodes().stream()
                .map(node -> Footprint.find(node.machine(), role).orElseThrow())
                .map(Footprint::of)
                .toList();
    }

    private void write(String what, List<Footprint> before, List<Footprint> after, double seconds) {
        List<Double> cpu = new ArrayList<>();
        for (int i = 0; i < before.size(); i++) {
            long ticks = after.get(i).cpuTicks() - before.get(i).cpuTicks();
            cpu.add(100 * ticks / Footprint.TICKS_PER_SECOND / seconds);
        }
        line(what + " RSS", spread(after, Footprint::rssKib, 1024) + " MiB");
        line(what + " PSS", spread(after, Footprint::pssKib, 1024) + " MiB");
        line(what + " threads", spread(after, Footprint::threads, 1));
        line(
                what + " CPU",
                "mean %.2f, most %.2f %% of a core"
                        .formatted(
                                cpu.stream().mapToDouble(x -> x).average().orElseThrow(),
                                cpu.stream().mapToDouble(x -> x).max().orElseThrow()));
    }

    private static String spread(List<Footprint> all, ToLongFunction<Footprint> of, double unit) {
        LongSummaryStatistics statistics = all.stream().mapToLong(of).summaryStatistics();
        return "mean %.1f, most %.1f"
                .formatted(statistics.getAverage() / unit, statistics.getMax() / unit);
    }

    private void line(String what, String value) {
        String line = String.format(Locale.ROOT, "%-36s %s", what, value);
        lines.add(line);
        System.out.println(line); // as it comes: a run takes minutes
    }

    void print() {
        try {
            Files.write(Path.of("target", "nodes-" + count + ".txt"), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
