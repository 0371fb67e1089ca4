// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// One end of a [Soak]: its process as it was in the second quarter, and as it is later.
final class SoakedEnd {
    /// Columns of `wg show transfer`.
    static final int RECEIVED = 1;

    static final int SENT = 2;

    /// The compilers still place code now and then, and the allocator keeps a page.
    private static final double GROWTH_MEGABYTES = 4;

    /// Threads of the JVM's compilers, which come and go.
    private static final int COMPILERS = 4;

    private static final double HEAP_GROWTH_MEGABYTES = 0.5;

    private final String name;
    private final Place place;
    private final long pid;
    private final boolean java;
    private boolean settled;
    private double memoryBefore;
    private double memoryAfter;
    private double heapBefore;
    private double heapAfter;
    private long filesBefore;
    private long threadsBefore;

    SoakedEnd(String name, Place place, long pid) {
        this.name = name;
        this.place = place;
        this.pid = pid;
        this.java = comm(pid).equals("java");
    }

    /// @param quarter of the time that has passed, from 0
    void sample(long quarter) throws BenchmarkException {
        if (quarter >= 1 && !settled) {
            settled = true;
            heapBefore = liveMegabytes();
            filesBefore = entries("fd");
            threadsBefore = entries("task");
        }
        double memory = ProcessCost.residentMegabytes(pid);
        if (quarter == 1) {
            memoryBefore = Math.max(memoryBefore, memory);
        } else if (quarter == 3) {
            memoryAfter = Math.max(memoryAfter, memory);
        }
    }

    void settle() throws BenchmarkException {
        heapAfter = liveMegabytes();
    }

    void judge(Soak.Findings findings) throws BenchmarkException {
        findings.add(
                name + " RSS",
                memoryAfter - memoryBefore <= GROWTH_MEGABYTES,
                "%.1f, later %.1f MB".formatted(memoryBefore, memoryAfter));
        if (java) {
            findings.add(
                    name + " live heap",
                    heapAfter - heapBefore <= HEAP_GROWTH_MEGABYTES,
                    "%.2f, later %.2f MB".formatted(heapBefore, heapAfter));
        }
        long files = entries("fd");
        findings.add(name + " descriptors", files <= filesBefore, filesBefore + ", later " + files);
        long threads = entries("task");
        findings.add(
                name + " threads",
                threads - threadsBefore <= COMPILERS,
                threadsBefore + ", later " + threads);
    }

    String name() {
        return name;
    }

    long pid() {
        return pid;
    }

    /// Seconds since 1970.
    long lastHandshake() throws BenchmarkException {
        return Long.parseLong(word(place.sh("wg show wg0 latest-handshakes"), 1));
    }

    private static String word(String line, int column) {
        return line.strip().split("\\s+", -1)[column];
    }

    /// UDP payload bytes.
    ///
    /// @param column [#RECEIVED] or [#SENT]
    long transferred(int column) throws BenchmarkException {
        return Long.parseLong(word(place.sh("wg show wg0 transfer"), column));
    }

    /// What the sockets on the tunnel's port had no room for.
    long socketDrops() throws BenchmarkException {
        String port = ":%04X".formatted(Wireguard.PORT);
        long drops = 0;
        for (String line : place.sh("cat /proc/net/udp /proc/net/udp6").lines().toList()) {
            String[] words = line.strip().split("\\s+", -1);
            if (words[1].endsWith(port)) {
                drops += Long.parseLong(words[words.length - 1]);
            }
        }
        return drops;
    }

    long queueDrops(String link) throws BenchmarkException {
        return Long.parseLong(
                word(place.sh("grep -w " + link + ": /proc/net/dev"), 12)); // proc(5): tx drop
    }

    /// After a full collection.
    private double liveMegabytes() throws BenchmarkException {
        if (!java) {
            return 0;
        }
        String status = read(pid, "status");
        String inside =
                status.lines()
                        .filter(line -> line.startsWith("NSpid:"))
                        .map(line -> line.substring(line.lastIndexOf('\t') + 1))
                        .findFirst()
                        .orElseThrow();
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        String total =
                place.run(Duration.ofSeconds(60), jcmd, inside, "GC.class_histogram")
                        .orFail()
                        .lines()
                        .filter(line -> line.startsWith("Total"))
                        .findFirst()
                        .orElseThrow(() -> new BenchmarkException("jcmd says no total"));
        return Long.parseLong(word(total, 2)) / 1e6;
    }

    private long entries(String folder) throws BenchmarkException {
        try (var files = Files.list(Path.of("/proc/" + pid + "/" + folder))) {
            return files.count();
        } catch (IOException e) {
            throw new BenchmarkException("the tunnel's process has ended", e);
        }
    }

    private static String comm(long pid) {
        try {
            return read(pid, "comm").strip();
        } catch (BenchmarkException _) { // it is gone, which is said soon enough
            return "";
        }
    }

    private static String read(long pid, String file) throws BenchmarkException {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/" + file));
        } catch (IOException e) {
            throw new BenchmarkException("the tunnel's process has ended", e);
        }
    }
}
