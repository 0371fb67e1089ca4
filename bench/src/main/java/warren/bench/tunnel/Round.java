// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One contender once: fresh places, both ends the same program, every test in turn. A test that
/// fails is said on `err`, and its figures are missing.
final class Round {
    private static final int RAMP_SECONDS = 8;
    private static final int PINGS = 1000;

    private final PrintStream err;
    private final int seconds;
    private final Place left;
    private final Server server;
    private final Contender.Tunnel tunnel;
    private final EnumMap<Figure, Double> figures = new EnumMap<>(Figure.class);
    private List<Double> ramp = List.of();

    /// @param ramp Gbit/s of each half second after the first ping, one stream
    record Outcome(Map<Figure, Double> figures, List<Double> ramp) {
        Outcome {
            figures = Map.copyOf(figures);
            ramp = List.copyOf(ramp);
        }
    }

    private Round(
            PrintStream err, int seconds, Place left, Server server, Contender.Tunnel tunnel) {
        this.err = err;
        this.seconds = seconds;
        this.left = left;
        this.server = server;
        this.tunnel = tunnel;
    }

    static Outcome of(Contender contender, Family family, int seconds, Path logs, PrintStream err)
            throws BenchmarkException {
        try (Place left = new Place();
                Place right = new Place()) {
            Place.cable(left, right);
            Files.createDirectories(logs);
            Server server =
                    new Server(
                            right,
                            right.start(
                                    logs.resolve("iperf.log"), Map.of(), List.of("iperf3", "-s")));
            server.await();
            long start = System.nanoTime();
            Contender.Tunnel tunnel = contender.open(left, right, family, logs);
            Round round = new Round(err, seconds, left, server, tunnel);
            left.run(
                            Duration.ofSeconds(15),
                            "ping",
                            "-qn",
                            "-i0.02",
                            "-c1",
                            "-w10",
                            tunnel.target())
                    .orFail();
            round.figures.put(Figure.FIRST_PING, (System.nanoTime() - start) / 1e6);
            round.measure();
            return new Outcome(round.figures, round.ramp);
        } catch (IOException e) {
            throw new BenchmarkException("logs: " + e.getMessage(), e);
        }
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

    private interface Test {
        void run() throws BenchmarkException;
    }

    private void measure() throws BenchmarkException {
        attempt("ramp", this::ramp);
        attempt("tcp", this::tcp);
        attempt(
                "tcp, 4 streams",
                () -> figures.put(Figure.TCP_4, iperf(seconds, "-P", "4").gigabits()));
        attempt(
                "tcp, reverse",
                () -> figures.put(Figure.TCP_REVERSE, iperf(seconds, "-R").gigabits()));
        attempt("udp 64", this::smallDatagrams);
        attempt(
                "udp 1372",
                () ->
                        figures.put(
                                Figure.UDP_1372,
                                iperf(seconds, "-u", "-b", "0", "-l", "1372").gigabits()));
        attempt("ping", this::ping);
        Optional<Contender.Ends> ends = tunnel.ends();
        if (ends.isPresent()) {
            memory(ends.get());
        }
    }

    private void attempt(String name, Test test) {
        try {
            test.run();
        } catch (BenchmarkException e) {
            err.println("  " + name + " failed: " + e.getMessage());
        }
    }

    private void ramp() throws BenchmarkException {
        ramp =
                iperf(RAMP_SECONDS, "-i", "0.5").intervals().stream()
                        .limit(2 * RAMP_SECONDS)
                        .map(bits -> bits / 1e9)
                        .toList();
    }

    private void tcp() throws BenchmarkException {
        Cpu before = cpu();
        Iperf result = iperf(seconds);
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

    private void memory(Contender.Ends ends) throws BenchmarkException {
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
