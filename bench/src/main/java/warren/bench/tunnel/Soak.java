// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/// Full load in both directions for minutes: what is lost on the way, and what grows.
///
/// The first quarter is the warm-up: growth is what the last quarter has over the second one.
final class Soak {
    private static final int SAMPLE_SECONDS = 5;

    /// What a message of the cable holds at most: a socket that drops one counts it once.
    private static final long MESSAGE_BYTES = 65_535;

    private static final int REKEY_SECONDS = 120;

    private final Place left;
    private final PrintStream err;
    private final int seconds;
    private final List<SoakedEnd> ends;
    private final TreeSet<Long> handshakes = new TreeSet<>();

    /// @param text a line for each thing looked at
    record Verdict(boolean passed, String text) {}

    private Soak(Place left, Place right, int seconds, Contender.Ends processes, PrintStream err) {
        this.left = left;
        this.seconds = seconds;
        this.err = err;
        this.ends =
                List.of(
                        new SoakedEnd("left", left, processes.left()),
                        new SoakedEnd("right", right, processes.right()));
    }

    static Verdict of(Contender contender, Options options, Path logs, PrintStream err)
            throws BenchmarkException {
        try (Place left = new Place();
                Place right = new Place()) {
            Place.cable(left, right);
            Files.createDirectories(logs);
            right.start(logs.resolve("iperf.log"), Map.of(), List.of("iperf3", "-s"));
            Contender.Tunnel tunnel = contender.open(left, right, options.family(), logs);
            Contender.Ends processes =
                    tunnel.ends()
                            .orElseThrow(() -> new BenchmarkException("nothing to soak there"));
            int minutes = options.soakMinutes();
            err.println("soak of " + contender.name() + ": " + minutes + " minutes");
            Soak soak = new Soak(left, right, minutes * 60, processes, err);
            return soak.run(tunnel.target(), logs.resolve("load.log"));
        } catch (IOException e) {
            throw new BenchmarkException("logs: " + e.getMessage(), e);
        }
    }

    private Verdict run(String target, Path log) throws BenchmarkException {
        left.run(Duration.ofSeconds(15), "ping", "-qn", "-c1", "-w10", target).orFail();
        String time = Integer.toString(seconds);
        Place.Running load =
                left.start(
                        log,
                        Map.of(),
                        List.of("iperf3", "-c", target, "-t", time, "-P", "2", "--bidir"));
        long start = System.nanoTime();
        long before = 0;
        while (load.nsenter().isAlive()) {
            pause(SAMPLE_SECONDS);
            long passed = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
            if (passed > seconds + 30L) {
                throw new BenchmarkException("the load does not end: " + log);
            }
            if (passed < seconds) {
                sample(passed);
            }
            if (passed / 60 != before / 60) {
                err.println("  " + minute(passed));
            }
            before = passed;
        }
        pause(3); // for what is still on its way
        for (SoakedEnd end : ends) {
            end.settle();
        }
        return verdict();
    }

    private void sample(long passed) throws BenchmarkException {
        for (SoakedEnd end : ends) {
            end.sample(4 * passed / seconds);
        }
        handshakes.add(ends.getFirst().lastHandshake());
    }

    private String minute(long passed) throws BenchmarkException {
        StringBuilder line = new StringBuilder("%4d s".formatted(passed));
        for (SoakedEnd end : ends) {
            line.append(
                    "  %s: %.1f GB received, RSS %.1f MB"
                            .formatted(
                                    end.name(),
                                    end.transferred(SoakedEnd.RECEIVED) / 1e9,
                                    ProcessCost.residentMegabytes(end.pid())));
        }
        return line.toString();
    }

    private Verdict verdict() throws BenchmarkException {
        Findings findings = new Findings();
        lost(findings, ends.get(0), ends.get(1));
        lost(findings, ends.get(1), ends.get(0));
        for (SoakedEnd end : ends) {
            end.judge(findings);
        }
        long expected = Math.max(0, seconds / REKEY_SECONDS - 1);
        int rekeys = handshakes.size() - 1;
        findings.add("rekeys", rekeys >= expected, rekeys + ", at least " + expected + " expected");
        return findings.verdict();
    }

    /// Whether what did not arrive is no more than what sockets and cable say they dropped.
    private static void lost(Findings findings, SoakedEnd from, SoakedEnd to)
            throws BenchmarkException {
        long sent = from.transferred(SoakedEnd.SENT);
        long lost = sent - to.transferred(SoakedEnd.RECEIVED);
        long drops = to.socketDrops() + from.queueDrops("eth0");
        findings.add(
                from.name() + " to " + to.name(),
                sent > 0 && lost >= 0 && lost <= drops * MESSAGE_BYTES,
                "%.1f GB sent, %d bytes lost; dropped: %d messages by socket and cable, %d packets by the interface's queue"
                        .formatted(sent / 1e9, lost, drops, from.queueDrops("wg0")));
    }

    /// Lines of the verdict.
    static final class Findings {
        private final StringBuilder text = new StringBuilder();
        private boolean passed = true;

        void add(String what, boolean fine, String found) {
            text.append("%-18s %-6s %s\n".formatted(what, fine ? "ok" : "FAILED", found));
            passed &= fine;
        }

        private Verdict verdict() {
            return new Verdict(passed, text + (passed ? "passed\n" : "FAILED\n"));
        }
    }

    private static void pause(int seconds) throws BenchmarkException {
        try {
            TimeUnit.SECONDS.sleep(seconds);
        } catch (InterruptedException e) {
            throw new BenchmarkException("interrupted", e);
        }
    }
}
