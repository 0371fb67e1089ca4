// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import warren.tunnel.Crowd;

/// What it costs a sender that its traffic goes to many peers instead of one.
///
///     left                                right
///     contender wg0 with N peers ── eth0 ── Crowd: 10.201.0.1 to .N, one a peer;
///     N connections                         10.202.0.1 to .N, all behind the first
///
/// The far end is the same for every contender, and nearly the same work in both cases: a [Crowd],
/// which takes N peers' packets by one thread a direction, and N connections to N addresses. Only
/// the number of peers that the contender has to seal for differs. Both cases take turns, so that
/// neither has the warmer programs. Then small datagrams that alternate between a few peers, or
/// between as many targets behind one, and the connections the other way round, where the contender
/// has to open.
final class ManyPeers {
    private static final String ONE_EACH = "10.201.";
    private static final String ALL_BEHIND_ONE = "10.202.";
    private static final String OUTSIDE = "10.10.";
    private static final String LEFT_INSIDE = Family.V4.leftInside;
    private static final int FAR_PORT = 52000;
    private static final int TURNS = 2;

    /// Targets of the datagrams: the packets of one load go to all of them.
    private static final int FEW = 8;

    private static final int WARM_UP_SECONDS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final int count;
    private final String congestion;
    private final Path logs;

    ManyPeers(Options options, Path logs) {
        this.count = options.manyPeers();
        this.congestion = options.congestion();
        this.logs = logs;
    }

    Map<Figure, Double> of(Wireguard contender, int seconds) throws BenchmarkException {
        try (Place left = new Place();
                Place right = new Place()) {
            Place.cable(left, right);
            Files.createDirectories(logs);
            List<WireguardKeys> keys = WireguardKeys.make(count + 1);
            WireguardKeys own = keys.removeLast();
            openFarEnd(right, keys, own);
            Place.Running running = contender.start(left, logs.resolve("left.log"));
            Wireguard.awaitSocket(left, running);
            openNearEnd(left, keys, own);
            startSink(left);
            startSink(right);
            return measure(left, right, running.pid(), seconds);
        } catch (IOException e) {
            throw new BenchmarkException("logs: " + e.getMessage(), e);
        }
    }

    private void startSink(Place place) throws BenchmarkException {
        Place.Running sink = place.start(logs.resolve("sink.log"), Map.of(), load("sink"));
        sink.await("its port", Duration.ofSeconds(20), () -> isListening(place));
    }

    private Map<Figure, Double> measure(Place left, Place right, long pid, int seconds)
            throws BenchmarkException {
        List<String> toOne = addresses(ALL_BEHIND_ONE);
        List<String> toMany = addresses(ONE_EACH);
        EnumMap<Figure, Double> figures = new EnumMap<>(Figure.class);
        Source source = new Source(left, Family.V4.rightOutside, pid, "source");
        Compared to = compare(source, seconds, toOne, toMany);
        figures.put(Figure.ONE_PEER, to.one.gigabits());
        figures.put(Figure.ONE_PEER_CPU, to.one.cpuPerGigabyte());
        figures.put(Figure.MANY_PEERS, to.many.gigabits());
        figures.put(Figure.MANY_PEERS_CPU, to.many.cpuPerGigabyte());
        figures.put(Figure.MANY_PEERS_LOSS, to.loss());
        figures.put(Figure.MANY_PEERS_RSS, ProcessCost.residentMegabytes(pid));
        int few = Math.min(FEW, count);
        Source turns = new Source(left, Family.V4.rightOutside, pid, "turns");
        Compared inTurn = compare(turns, seconds, toOne.subList(0, few), toMany.subList(0, few));
        figures.put(Figure.TURNS_ONE_PEER, inTurn.one.kilopackets());
        figures.put(Figure.TURNS_ONE_PEER_CPU, inTurn.one.cpuPerPacket());
        figures.put(Figure.TURNS, inTurn.many.kilopackets());
        figures.put(Figure.TURNS_CPU, inTurn.many.cpuPerPacket());
        Source back = new Source(right, Family.V4.leftOutside, pid, "source");
        Compared from = compare(back, seconds, reversed(toOne), reversed(toMany));
        figures.put(Figure.FROM_ONE_PEER, from.one.gigabits());
        figures.put(Figure.FROM_ONE_PEER_CPU, from.one.cpuPerGigabyte());
        figures.put(Figure.FROM_MANY_PEERS, from.many.gigabits());
        figures.put(Figure.FROM_MANY_PEERS_CPU, from.many.cpuPerGigabyte());
        figures.put(Figure.FROM_MANY_PEERS_LOSS, from.loss());
        return figures;
    }

    private record Compared(Sent one, Sent many) {
        /// In percent.
        double loss() {
            return 100 * (1 - many.gigabits() / one.gigabits());
        }
    }

    private static Compared compare(
            Source source, int seconds, List<String> oneTargets, List<String> manyTargets)
            throws BenchmarkException {
        var _ = source.send(WARM_UP_SECONDS, oneTargets);
        var _ = source.send(WARM_UP_SECONDS, manyTargets);
        Sent one = Sent.NOTHING;
        Sent many = Sent.NOTHING;
        for (int turn = 0; turn < TURNS; turn++) {
            one = one.plus(source.send(seconds, oneTargets));
            many = many.plus(source.send(seconds, manyTargets));
        }
        return new Compared(one, many);
    }

    /// The same connections from there to here.
    private static List<String> reversed(List<String> addresses) {
        return addresses.stream().map(from -> from + Load.FROM_TO + LEFT_INSIDE).toList();
    }

    private record Sent(double bytes, double nanos, double cpuSeconds) {
        static final Sent NOTHING = new Sent(0, 0, 0);

        Sent plus(Sent more) {
            return new Sent(bytes + more.bytes, nanos + more.nanos, cpuSeconds + more.cpuSeconds);
        }

        double gigabits() {
            return bytes * 8 / nanos;
        }

        double cpuPerGigabyte() {
            return cpuSeconds / (bytes / 1e9);
        }

        double kilopackets() {
            return bytes / Load.DATAGRAM * 1e6 / nanos;
        }

        /// In microseconds.
        double cpuPerPacket() {
            return cpuSeconds * 1e6 / (bytes / Load.DATAGRAM);
        }
    }

    /// Where the traffic comes from.
    ///
    /// @param sink the other place's address outside the tunnel
    /// @param pid of the device under test
    /// @param verb which traffic: see [Load]
    private record Source(Place place, String sink, long pid, String verb) {
        Sent send(int seconds, List<String> targets) throws BenchmarkException {
            List<String> line = load(verb, sink, Integer.toString(seconds));
            line.addAll(targets);
            try {
                Process source =
                        new ProcessBuilder(place.in(line))
                                .redirectError(ProcessBuilder.Redirect.INHERIT)
                                .start();
                try (BufferedReader out = source.inputReader(StandardCharsets.UTF_8)) {
                    expect("start", out.readLine());
                    double before = ProcessCost.cpuSeconds(pid);
                    String[] end = expect("end", out.readLine()).split(" ", -1);
                    double cpu = ProcessCost.cpuSeconds(pid) - before;
                    return new Sent(Double.parseDouble(end[1]), Double.parseDouble(end[2]), cpu);
                } finally {
                    source.descendants().forEach(ProcessHandle::destroyForcibly);
                    source.destroyForcibly();
                }
            } catch (IOException e) {
                throw new BenchmarkException("the load: " + e.getMessage(), e);
            }
        }
    }

    private static String expect(String word, @Nullable String line) throws BenchmarkException {
        if (line == null || !line.startsWith(word)) {
            throw new BenchmarkException("the load ended before it was done");
        }
        return line;
    }

    /// Each peer has an address outside as well, as machines of their own would.
    private void openFarEnd(Place right, List<WireguardKeys> keys, WireguardKeys peer)
            throws BenchmarkException, IOException {
        StringBuilder secrets = new StringBuilder();
        keys.forEach(key -> secrets.append(key.secret()).append('\n'));
        right.write("/run/keys", secrets.toString());
        List<String> line = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" </run/keys", "sh"));
        line.addAll(java(Crowd.class, "wg0", Integer.toString(FAR_PORT), peer.open(), LEFT_INSIDE));
        Path log = logs.resolve("far-end.log");
        Files.deleteIfExists(log);
        Place.Running end = right.start(log, Map.of("LOG_LEVEL", "error"), line);
        end.await("its readiness", PATIENCE, () -> contains(log, "ready"));
        right.sh(
                """
                ip link set wg0 mtu 1420 up
                ip route add local 10.201.0.0/16 dev lo
                ip route add local 10.202.0.0/16 dev lo
                ip route add local 10.10.0.0/16 dev lo
                ip route add 10.200.0.1/32 dev wg0 congctl %s
                """
                        .formatted(congestion));
    }

    private void openNearEnd(Place left, List<WireguardKeys> keys, WireguardKeys own)
            throws BenchmarkException {
        StringBuilder peers = new StringBuilder();
        for (int i = 0; i < count; i++) {
            String inside = address(ONE_EACH, i) + "/32";
            if (i == 0) {
                inside += ", " + ALL_BEHIND_ONE + "0.0/16";
            }
            peers.append(Wireguard.section(keys.get(i), address(OUTSIDE, i), FAR_PORT, inside));
        }
        left.sh("ip route add 10.10.0.0/16 dev eth0");
        Wireguard.configure(left, own, LEFT_INSIDE + "/32", peers.toString());
        for (String inside : List.of("10.201.0.0/16", "10.202.0.0/16")) {
            left.sh("ip route add " + inside + " dev wg0 congctl " + congestion);
        }
    }

    private List<String> addresses(String prefix) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(address(prefix, i));
        }
        return all;
    }

    /// @param prefix of 16 bits
    static String address(String prefix, int peer) {
        int host = peer + 1;
        return prefix + host / 256 + "." + host % 256;
    }

    private static boolean contains(Path file, String text) {
        try {
            return Files.readString(file).contains(text);
        } catch (IOException _) { // not there yet: time runs out
            return false;
        }
    }

    private static List<String> load(String... words) {
        return java(Load.class, words);
    }

    private static List<String> java(Class<?> program, String... words) {
        List<String> line =
                new ArrayList<>(
                        List.of(
                                ProcessHandle.current().info().command().orElse("java"),
                                "-XX:+UseSerialGC",
                                "-Xmx64m",
                                "-Xss512k",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                program.getName()));
        line.addAll(List.of(words));
        return line;
    }

    private static boolean isListening(Place place) {
        String port = ":%04X ".formatted(Load.COUNT_PORT);
        try {
            return Files.readString(Path.of("/proc/" + place.pid() + "/net/tcp6")).contains(port);
        } catch (IOException _) { // the place is ending: time runs out
            return false;
        }
    }
}
