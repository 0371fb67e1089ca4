// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One contender's two ends while they live, and the tests of them. Each test goes round the pairs
/// of all contenders, so that what is compared was measured seconds apart.
final class Pair implements AutoCloseable {
    private static final int RAMP_SECONDS = 8;

    /// A JVM compiles for some ten seconds where four busy threads share two processors.
    private static final int WARM_UP_SECONDS = 16;

    private static final int PINGS = 1000;

    private final Place left;
    private final Place right;
    private final int seconds;
    private final String congestion;
    private final Server server;
    private final Contender.Tunnel tunnel;
    private final EnumMap<Figure, Double> figures = new EnumMap<>(Figure.class);
    private List<Double> ramp = List.of();

    private Pair(Place left, Place right, Contender contender, Options options, Path logs)
            throws BenchmarkException, IOException {
        this.left = left;
        this.right = right;
        this.seconds = options.seconds();
        this.congestion = options.congestion();
        Place.cable(left, right);
        Files.createDirectories(logs);
        List<String> iperf = List.of("iperf3", "-s");
        this.server = new Server(right, right.start(logs.resolve("iperf.log"), Map.of(), iperf));
        server.await();
        long start = System.nanoTime();
        this.tunnel = contender.open(left, right, options.family(), logs);
        left.run(Duration.ofSeconds(15), "ping", "-qn", "-i0.02", "-c1", "-w10", tunnel.target())
                .orFail();
        figures.put(Figure.FIRST_PING, (System.nanoTime() - start) / 1e6);
    }

    /// Starts both ends and waits for the first ping.
    ///
    /// @param logs a folder for what the programs print
    static Pair open(Contender contender, Options options, Path logs) throws BenchmarkException {
        Place left = new Place();
        Place right = null;
        try {
            right = new Place();
            return new Pair(left, right, contender, options, logs);
        } catch (BenchmarkException | IOException e) {
            left.close();
            if (right != null) {
                right.close();
            }
            throw new BenchmarkException(contender.name() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        left.close();
        right.close();
    }

    /// What has been measured until now.
    Map<Figure, Double> figures() {
        return Map.copyOf(figures);
    }

    /// Gbit/s of each half second after the first ping, one stream.
    List<Double> ramp() {
        return ramp;
    }

    /// `iperf3 -s`, which opens its port anew after each test.
    private record Server(Place place, Place.Running running) {
        void await() throws BenchmarkException {
            running.await("its port", Duration.ofSeconds(10), this::isListening);
        }

        private boolean isListening() {
            try {
                // 5201 in hexadecimal, state LISTEN
                return Files.readString(Path.of("/proc/" + place.pid() + "/net/tcp6"))
                        .lines()
                        .anyMatch(line -> line.contains(":1451 ") && line.contains(" 0A "));
            } catch (IOException _) { // the place is ending: time runs out
                return false;
            }
        }
    }

    /// What is measured of a pair, in this order.
    enum Test {
        RAMP("ramp"),
        TCP("tcp"),
        TCP_4("tcp, 4 streams"),
        TCP_REVERSE("tcp, reverse"),
        UDP_64("udp 64"),
        UDP_1372("udp 1372"),
        PING("ping"),
        MEMORY("memory");

        final String title;

        Test(String title) {
            this.title = title;
        }
    }

    /// @throws BenchmarkException where the test failed; its figures are missing then
    void run(Test test) throws BenchmarkException {
        switch (test) {
            case RAMP -> warmUp();
            case TCP -> tcp();
            case TCP_4 -> figures.put(Figure.TCP_4, stream(seconds, "-P", "4").gigabits());
            case TCP_REVERSE -> figures.put(Figure.TCP_REVERSE, stream(seconds, "-R").gigabits());
            case UDP_64 -> smallDatagrams();
            case UDP_1372 ->
                    figures.put(
                            Figure.UDP_1372,
                            iperf(seconds, "-u", "-b", "0", "-l", "1372").gigabits());
            case PING -> ping();
            case MEMORY -> memory();
        }
    }

    private void warmUp() throws BenchmarkException {
        ramp =
                stream(WARM_UP_SECONDS, "-i", "0.5").intervals().stream()
                        .limit(2 * RAMP_SECONDS)
                        .map(bits -> bits / 1e9)
                        .toList();
    }

    private void tcp() throws BenchmarkException {
        Cpu before = cpu();
        Iperf result = stream(seconds);
        Cpu used = cpu().minus(before);
        figures.put(Figure.TCP_1, result.gigabits());
        if (tunnel.ends().isPresent()) {
            figures.put(Figure.TCP_CPU_SEND, used.left() / result.gigabytes());
            figures.put(Figure.TCP_CPU_RECEIVE, used.right() / result.gigabytes());
            figures.put(Figure.TCP_CPU, (used.left() + used.right()) / result.gigabytes());
        }
    }

    private void smallDatagrams() throws BenchmarkException {
        Cpu before = cpu();
        Iperf result = iperf(seconds, "-u", "-b", "0", "-l", "64");
        Cpu used = cpu().minus(before);
        figures.put(Figure.UDP_64, result.kilopacketsPerSecond());
        if (tunnel.ends().isPresent()) {
            figures.put(Figure.UDP_64_CPU_SEND, used.left() / result.packets() * 1e6);
            figures.put(Figure.UDP_64_CPU_RECEIVE, used.right() / result.packets() * 1e6);
        }
    }

    private void ping() throws BenchmarkException {
        PingTimes times =
                PingTimes.parse(
                        left.run(
                                        Duration.ofSeconds(30),
                                        "ping",
                                        "-n",
                                        "-i0.002",
                                        "-c" + PINGS,
                                        tunnel.target())
                                .orFail());
        figures.put(Figure.PING_MEDIAN, times.quantile(0.5));
        figures.put(Figure.PING_P99, times.quantile(0.99));
    }

    private void memory() throws BenchmarkException {
        if (tunnel.ends().isEmpty()) {
            return;
        }
        Contender.Ends ends = tunnel.ends().get();
        figures.put(
                Figure.RSS,
                Math.max(
                        ProcessCost.residentMegabytes(ends.left()),
                        ProcessCost.residentMegabytes(ends.right())));
        figures.put(
                Figure.PSS,
                Math.max(
                        ProcessCost.proportionalMegabytes(ends.left()),
                        ProcessCost.proportionalMegabytes(ends.right())));
    }

    /// One TCP stream, unless `more` says otherwise.
    private Iperf stream(int duration, String... more) throws BenchmarkException {
        List<String> words = new ArrayList<>(List.of("-C", congestion));
        words.addAll(Arrays.asList(more));
        return iperf(duration, words.toArray(String[]::new));
    }

    /// Tried once more where the server, between two tests, had just closed its port.
    private Iperf iperf(int duration, String... more) throws BenchmarkException {
        List<String> line = new ArrayList<>(List.of("iperf3", "-J", "--connect-timeout", "3000"));
        line.addAll(List.of("-c", tunnel.target(), "-t", Integer.toString(duration)));
        line.addAll(Arrays.asList(more));
        String out = iperf(duration, line);
        return Iperf.parse(out.contains("unable to connect") ? iperf(duration, line) : out);
    }

    private String iperf(int duration, List<String> line) throws BenchmarkException {
        server.await();
        return left.run(Duration.ofSeconds(duration + 20L), line.toArray(String[]::new)).out();
    }

    private record Cpu(double left, double right) {
        Cpu minus(Cpu before) {
            return new Cpu(left - before.left, right - before.right);
        }
    }

    private Cpu cpu() throws BenchmarkException {
        Optional<Contender.Ends> ends = tunnel.ends();
        return ends.isEmpty()
                ? new Cpu(0, 0)
                : new Cpu(
                        ProcessCost.cpuSeconds(ends.get().left()),
                        ProcessCost.cpuSeconds(ends.get().right()));
    }
}
