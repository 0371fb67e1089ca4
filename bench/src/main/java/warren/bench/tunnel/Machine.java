// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/// Where and from what a run was made, without which its figures say nothing.
///
/// @param load average of the last minute when the run began
/// @param commit of the checkout, marked where files differ from it
record Machine(
        String cpu,
        boolean avx512,
        int cores,
        String kernel,
        double load,
        String commit,
        Instant time) {
    /// A tenth of the machine busy with something else is visible in the figures.
    private static final double QUIET = 0.1;

    static Machine here(Path root) throws BenchmarkException {
        String cpuinfo = read("/proc/cpuinfo");
        return new Machine(
                cpuModel(cpuinfo),
                cpuinfo.contains(" avx512f"),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.version"),
                Double.parseDouble(read("/proc/loadavg").split(" ", 2)[0]),
                commit(root),
                Instant.now().truncatedTo(ChronoUnit.SECONDS));
    }

    boolean isQuiet() {
        return load <= QUIET * cores;
    }

    /// "model name" on x86; other architectures may have none.
    static String cpuModel(String cpuinfo) {
        return cpuinfo.lines()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(System.getProperty("os.arch"));
    }

    private static String commit(Path root) throws BenchmarkException {
        Command.Result head = git(root, "rev-parse", "--short", "HEAD");
        if (head.exit() != 0) {
            return "unknown";
        }
        boolean clean = git(root, "status", "--porcelain").out().isBlank();
        return head.out().strip() + (clean ? "" : " with changes");
    }

    private static Command.Result git(Path root, String... words) throws BenchmarkException {
        List<String> line = new ArrayList<>(List.of("git", "-C", root.toString()));
        line.addAll(List.of(words));
        return Command.run(line);
    }

    private static String read(String file) throws BenchmarkException {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new BenchmarkException(file + ": " + e.getMessage(), e);
        }
    }
}
