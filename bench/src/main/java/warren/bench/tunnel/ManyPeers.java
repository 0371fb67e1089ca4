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
///     contender wg0 with N peers ── eth0 ── N times wireguard-go: wg0, wg1, ...
///     N connections                         10.201.0.1, 10.201.0.2, ...
///
/// The far ends are `wireguard-go` for every contender, a process a peer: they cost most of the
/// CPU, so throughput says less here than the CPU that the left end takes for a GB. First all
/// connections go to one peer, then one to each: only the number of active peers differs.
final class ManyPeers {
    private static final int FIRST_PORT = 52000;
    private static final int FIRST_TABLE = 1000;

    /// Each `wireguard-go` watches its socket by an inotify instance, of which a user gets 128:
    /// hence several users, none of whom has to exist.
    private static final int FIRST_USER = 60500;

    private static final int PEERS_A_USER = 50;

    private final int count;
    private final Wireguard farEnd;
    private final Path logs;

    ManyPeers(int count, Wireguard farEnd, Path logs) {
        this.count = count;
        this.farEnd = farEnd;
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
        StringBuilder script =
                new StringBuilder(
                        """
                        echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter
                        echo 0 >/proc/sys/net/ipv4/conf/default/rp_filter
                        mkdir -m 777 /run/wireguard
                        can=+net_admin,+dac_override
                        as() {
                          LOG_LEVEL=silent setpriv --reuid="$1" --clear-groups --inh-caps=$can --ambient-caps=$can \
                            "$2" "$3" >/dev/null 2>&1 </dev/null
                        }
                        # a process just left behind may still reset its first connection
                        settle() { for _ in 1 2 3 4 5 6 7 8 9; do "$@" 2>/dev/null && return; sleep 0.1; done; "$@"; }
                        """);
        for (int i = 0; i < count; i++) {
            script.append(
                    """
                    as %9$d %1$s wg%2$d
                    echo "%3$s" >/run/key
                    settle wg set wg%2$d private-key /run/key listen-port %4$d peer "%5$s" allowed-ips 10.200.0.1/32 endpoint 10.9.0.1:%6$d
                    ip addr add %7$s/32 dev wg%2$d
                    ip link set wg%2$d mtu 1420 up
                    ip route add 10.200.0.1/32 dev wg%2$d table %8$d
                    ip rule add from %7$s lookup %8$d
                    """
                            .formatted(
                                    farEnd.command().getFirst(),
                                    i,
                                    keys.get(i).secret(),
                                    FIRST_PORT + i,
                                    peer.open(),
                                    Wireguard.PORT,
                                    address(i),
                                    FIRST_TABLE + i,
                                    FIRST_USER + i / PEERS_A_USER));
        }
        right.write("/run/far-ends", script.toString());
        right.run(Duration.ofMinutes(3), "sh", "-e", "/run/far-ends").orFail();
    }

    static String address(int peer) {
        return "10.201." + peer / 250 + "." + (peer % 250 + 1);
    }

    private static List<String> load(String... words) {
        List<String> line =
                new ArrayList<>(
                        List.of(
                                ProcessHandle.current().info().command().orElse("java"),
                                "-XX:+UseSerialGC",
                                "-Xmx64m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Load.class.getName()));
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
