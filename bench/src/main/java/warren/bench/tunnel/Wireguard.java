// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A program that is called as `wireguard-go` is and configured with `wg`.
///
/// @param command what comes before `-f IFACE`
record Wireguard(String name, String version, List<String> command, Map<String, String> environment)
        implements Contender {
    static final int PORT = 51820;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    Wireguard {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    @Override
    public Tunnel open(Place left, Place right, Family family, Path logs)
            throws BenchmarkException {
        List<WireguardKeys> keys = WireguardKeys.make(2);
        Place.Running one = start(left, logs.resolve("left.log"));
        Place.Running two = start(right, logs.resolve("right.log"));
        awaitSocket(left, one);
        awaitSocket(right, two);
        String single = family.single;
        configure(
                left,
                keys.get(0),
                family.leftInside + single,
                section(keys.get(1), family.rightOutside, PORT, family.rightInside + single));
        configure(
                right,
                keys.get(1),
                family.rightInside + single,
                section(keys.get(0), family.leftOutside, PORT, family.leftInside + single));
        left.sh("ip route add " + family.rightInside + single + " dev wg0");
        right.sh("ip route add " + family.leftInside + single + " dev wg0");
        return new Tunnel(family.rightInside, Optional.of(new Ends(one.pid(), two.pid())));
    }

    Place.Running start(Place place, Path log) throws BenchmarkException {
        List<String> line = new ArrayList<>(command);
        line.addAll(List.of("-f", "wg0"));
        Map<String, String> all = new TreeMap<>(environment);
        all.put("LOG_LEVEL", "error");
        return place.start(log, all, line);
    }

    static void awaitSocket(Place place, Place.Running running) throws BenchmarkException {
        Path socket = place.file("/run/wireguard/wg0.sock");
        running.await("its control socket", PATIENCE, () -> Files.exists(socket));
    }

    /// @param inside prefixes
    static String section(WireguardKeys peer, String outside, int port, String inside) {
        return """
               [Peer]
               PublicKey = %s
               Endpoint = %s:%d
               AllowedIPs = %s
               """
                .formatted(
                        peer.open(),
                        outside.contains(":") ? "[" + outside + "]" : outside,
                        port,
                        inside);
    }

    /// @param inside a prefix
    /// @param peers sections of the configuration file
    static void configure(Place place, WireguardKeys own, String inside, String peers)
            throws BenchmarkException {
        place.write(
                "/run/wg0.conf",
                "[Interface]\nPrivateKey = %s\nListenPort = %d\n%s"
                        .formatted(own.secret(), PORT, peers));
        place.sh(
                """
                wg setconf wg0 /run/wg0.conf
                ip addr add %s dev wg0%s
                ip link set wg0 mtu 1420 up
                """
                        .formatted(inside, inside.contains(":") ? " nodad" : ""));
    }
}
