// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What a process of a machine takes, from `/proc`. Immutable.
///
/// @param rssKib resident memory, pages shared with other processes counted in full
/// @param pssKib the same with each shared page divided by how many share it
/// @param threads its threads
/// @param cpuTicks `utime + stime` since it started, in [#TICKS_PER_SECOND]
record Footprint(long rssKib, long pssKib, int threads, long cpuTicks) {
    /// `sysconf(_SC_CLK_TCK)`: 100 on every Linux that Java runs on.
    static final double TICKS_PER_SECOND = 100;

    private static final Path PROC = Path.of("/proc");

    /// Fields of `/proc/PID/stat` after the command's closing parenthesis: `proc(5)` numbers them
    /// from 3.
    private static final int UTIME = 14 - 3;

    private static final int STIME = 15 - 3;

    /// Which of a node's two processes.
    enum Role {
        AGENT,
        TUNNEL
    }

    /// The process of Warren on the machine that plays `role`.
    static Optional<Long> find(Machine machine, Role role) {
        try (Stream<Path> all = Files.list(PROC)) {
            Path namespace = namespace(machine.pid());
            return all.filter(path -> path.getFileName().toString().matches("[0-9]+"))
                    .map(path -> Long.parseLong(path.getFileName().toString()))
                    .filter(pid -> plays(pid, role, namespace))
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean plays(long pid, Role role, Path namespace) {
        try {
            List<String> words =
                    Arrays.asList(Files.readString(PROC.resolve(pid + "/cmdline")).split("\0", -1));
            int agent = words.indexOf("warren.cli/warren.cli.Main");
            boolean matches =
                    switch (role) {
                        case AGENT -> agent >= 0 && "agent".equals(words.get(agent + 1));
                        case TUNNEL -> words.contains("warren.tunnel/warren.tunnel.WireguardMain");
                    };
            return matches && namespace.equals(namespace(pid));
        } catch (IOException _) {
            return false; // it has just ended
        }
    }

    private static Path namespace(long pid) throws IOException {
        return Files.readSymbolicLink(PROC.resolve(pid + "/ns/pid"));
    }

    static Footprint of(long pid) {
        try {
            Path process = PROC.resolve(Long.toString(pid));
            List<String> memory = Files.readAllLines(process.resolve("smaps_rollup"));
            String stat = Files.readString(process.resolve("stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return new Footprint(
                    kib(memory, "Rss:"),
                    kib(memory, "Pss:"),
                    (int) kib(Files.readAllLines(process.resolve("status")), "Threads:"),
                    Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME]));
        } catch (IOException e) {
            throw new UncheckedIOException("process " + pid, e);
        }
    }

    private static long kib(List<String> lines, String key) {
        return lines.stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()).replace("kB", "").strip())
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow();
    }
}
