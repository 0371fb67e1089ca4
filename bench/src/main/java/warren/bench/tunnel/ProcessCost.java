// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What the kernel says a process has used.
final class ProcessCost {
    /// The kernel's clock ticks a second in `/proc`: `USER_HZ`, 100 on every platform we run on.
    private static final double TICKS = 100;

    /// Fields of `/proc/PID/stat` counted from the one after the command's name, see proc(5).
    private static final int UTIME = 11;

    private static final int STIME = 12;

    private ProcessCost() {}

    /// CPU seconds of all threads of a process up to now.
    static double cpuSeconds(long pid) throws BenchmarkException {
        return parseCpuSeconds(read(pid, "stat"));
    }

    /// @return resident memory in MB (10⁶ bytes)
    static double residentMegabytes(long pid) throws BenchmarkException {
        return parseKilobytes(read(pid, "status"), "VmRSS") * 1024 / 1e6;
    }

    /// @return memory in MB with shared pages counted by their share
    static double proportionalMegabytes(long pid) throws BenchmarkException {
        return parseKilobytes(read(pid, "smaps_rollup"), "Pss") * 1024 / 1e6;
    }

    /// The name of the command, in parentheses, may hold spaces and parentheses itself.
    static double parseCpuSeconds(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME])) / TICKS;
    }

    static double parseKilobytes(String text, String key) throws BenchmarkException {
        for (String line : text.lines().toList()) {
            if (line.startsWith(key + ":")) {
                List<String> words =
                        List.of(line.substring(key.length() + 1).strip().split(" +", -1));
                return Long.parseLong(words.getFirst());
            }
        }
        throw new BenchmarkException("no " + key + " in /proc");
    }

    private static String read(long pid, String file) throws BenchmarkException {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/" + file));
        } catch (IOException e) {
            throw new BenchmarkException("the tunnel's process has ended: " + e.getMessage(), e);
        }
    }
}
