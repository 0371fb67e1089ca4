// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What it costs a sender that its traffic goes to many peers instead of one.
///
///     left                                right
///     contender wg0 with N peers ── eth0 ── FarEnds: wg0, wg1, ...
///     N connections                         10.201.0.1, 10.201.0.2, ...
///
/// The far ends are the same for every contender: `warren wireguard` with libcrypto, fifty
/// devices a process, where hundreds of processes would take most of the CPU. First all connections
/// go
/// to one peer, then one to each: only the number of active peers differs.
final class ManyPeers {
    private static final int FIRST_PORT = 52000;
    private static final int FIRST_TABLE = 1000;

    /// Each device watches its socket by an inotify instance, of which a user gets 128: hence
    /// several users, none of whom has to exist.
    private static final int FIRST_USER = 60500;

    private static final int DEVICES_A_USER = 50;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final int count;
    private final Path logs;

    ManyPeers(int count, Path logs) {
        this.count = count;
        this.logs = logs;
    }

    Map<Figure, Double> of(Wireguard contender, int seconds) throws BenchmarkException {
        try (Place left = new Place();
                Place right = new Place()) {
            Place.cable(left, right);
            Files.createDirectories(logs);
            List<WireguardKeys> keys = WireguardKeys.make(count + 1);
            WireguardKeys own = keys.removeLast();
            openFarEnds(right, keys, own);
            Place.Running running = contender.start(left, logs.resolve("left.log"));
            Wireguard.awaitSocket(left, running);
            StringBuilder peers = new StringBuilder();
            for (int i = 0; i < count; i++) {
                peers.append(
                        Wireguard.section(keys.get(i), "10.9.0.2", FIRST_PORT + i, address(i)));
            }
            Wireguard.configure(left, own, "10.200.0.1", peers.toString());
            Place.Running sink = right.start(logs.resolve("sink.log"), Map.of(), load("sink"));
            sink.await("its port", Duration.ofSeconds(20), () -> isListening(right));
            return measure(left, running.pid(), seconds);
        } catch (IOException e) {
            throw new BenchmarkException("logs: " + e.getMessage(), e);
        }
    }

    private Map<Figure, Double> measure(Place left, long pid, int seconds)
            throws BenchmarkException {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(address(i));
        }
        Sent one = send(left, pid, seconds, Collections.nCopies(count, address(0)));
        Sent many = send(left, pid, seconds, all);
        EnumMap<Figure, Double> figures = new EnumMap<>(Figure.class);
        figures.put(Figure.ONE_PEER, one.gigabits());
        figures.put(Figure.ONE_PEER_CPU, one.cpuPerGigabyte());
        figures.put(Figure.MANY_PEERS, many.gigabits());
        figures.put(Figure.MANY_PEERS_CPU, many.cpuPerGigabyte());
        figures.put(Figure.MANY_PEERS_LOSS, 100 * (1 - many.gigabits() / one.gigabits()));
        figures.put(Figure.MANY_PEERS_RSS, ProcessCost.residentMegabytes(pid));
        return figures;
    }

    private record Sent(double gigabits, double cpuPerGigabyte) {}

    private static Sent send(Place left, long pid, int seconds, List<String> targets)
            throws BenchmarkException {
        List<String> line = load("source", "10.9.0.2", Integer.toString(seconds));
        line.addAll(targets);
        try {
            Process source =
                    new ProcessBuilder(left.in(line))
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            try (BufferedReader out = source.inputReader(StandardCharsets.UTF_8)) {
                expect("start", out.readLine());
                double before = ProcessCost.cpuSeconds(pid);
                String[] end = expect("end", out.readLine()).split(" ", -1);
                double cpu = ProcessCost.cpuSeconds(pid) - before;
                long bytes = Long.parseLong(end[1]);
                return new Sent(bytes * 8.0 / Long.parseLong(end[2]), cpu / (bytes / 1e9));
            } finally {
                source.descendants().forEach(ProcessHandle::destroyForcibly);
                source.destroyForcibly();
            }
        } catch (IOException e) {
            throw new BenchmarkException("the load: " + e.getMessage(), e);
        }
    }

    private static String expect(String word, @Nullable String line) throws BenchmarkException {
        if (line == null || !line.startsWith(word)) {
            throw new BenchmarkException("the load ended before it was done");
        }
        return line;
    }

    /// Each far end has a routing table of its own for what leaves from its address, since all of
    /// them reach the same one.
    private void openFarEnds(Place right, List<WireguardKeys> keys, WireguardKeys peer)
            throws BenchmarkException {
        right.sh("mkdir -m 777 /run/wireguard");
        for (int first = 0; first < count; first += DEVICES_A_USER) {
            startFarEnds(right, first, Math.min(DEVICES_A_USER, count - first));
        }
        StringBuilder script =
                new StringBuilder(
                        """
                        echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter
                        echo 0 >/proc/sys/net/ipv4/conf/default/rp_filter
                        """);
        for (int i = 0; i < count; i++) {
            script.append(
                    """
                    echo "%2$s" >/run/key
                    wg set wg%1$d private-key /run/key listen-port %3$d peer "%4$s" allowed-ips 10.200.0.1/32 endpoint 10.9.0.1:%5$d
                    ip addr add %6$s/32 dev wg%1$d
                    ip link set wg%1$d mtu 1420 up
                    ip route add 10.200.0.1/32 dev wg%1$d table %7$d
                    ip rule add from %6$s lookup %7$d
                    """
                            .formatted(
                                    i,
                                    keys.get(i).secret(),
                                    FIRST_PORT + i,
                                    peer.open(),
                                    Wireguard.PORT,
                                    address(i),
                                    FIRST_TABLE + i));
        }
        right.write("/run/far-ends", script.toString());
        right.run(Duration.ofMinutes(3), "sh", "-e", "/run/far-ends").orFail();
    }

    private void startFarEnds(Place right, int first, int devices) throws BenchmarkException {
        String can = "+net_admin,+dac_override";
        List<String> line =
                new ArrayList<>(
                        List.of(
                                "setpriv",
                                "--reuid=" + (FIRST_USER + first / DEVICES_A_USER),
                                "--clear-groups",
                                "--inh-caps=" + can,
                                "--ambient-caps=" + can));
        line.addAll(java(FarEnds.class, Integer.toString(first), Integer.toString(devices)));
        Map<String, String> environment = Map.of("LOG_LEVEL", "error", "WARREN_AEAD", "libcrypto");
        Place.Running ends = right.start(logs.resolve("far-ends.log"), environment, line);
        for (int i = first; i < first + devices; i++) {
            Path socket = right.file("/run/wireguard/wg" + i + ".sock");
            ends.await("its control sockets", PATIENCE, () -> Files.exists(socket));
        }
    }

    static String address(int peer) {
        return "10.201." + peer / 250 + "." + (peer % 250 + 1);
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
