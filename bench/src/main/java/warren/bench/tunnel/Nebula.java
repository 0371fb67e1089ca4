// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Nebula with two hosts that know each other's address, everything allowed, and the same MTU.
///
/// @param programs where `nebula` and `nebula-cert` are
record Nebula(DebianPackages.Programs programs) implements Contender {
    @Override
    public String name() {
        return "nebula";
    }

    @Override
    public String version() {
        return programs.version();
    }

    @Override
    public Tunnel open(Place left, Place right, Family family, Path logs)
            throws BenchmarkException {
        if (family != Family.V4) {
            throw new BenchmarkException("nebula is measured with IPv4 alone");
        }
        Path keys = logs.resolve("nebula");
        String script =
                """
                mkdir -p "$1"; cd "$1"
                [ -e ca.crt ] || "$2" ca -name bench
                for n in 1 2; do
                  [ -e $n.crt ] || "$2" sign -name h$n -networks 10.200.0.$n/24 -out-crt $n.crt -out-key $n.key ||
                    "$2" sign -name h$n -ip 10.200.0.$n/24 -out-crt $n.crt -out-key $n.key
                done
                """;
        Command.run(
                        List.of(
                                "sh",
                                "-ec",
                                script,
                                "sh",
                                keys.toString(),
                                programs.path("nebula-cert")))
                .orFail();
        Place.Running one = start(left, 1, 2, keys, logs.resolve("left.log"));
        Place.Running two = start(right, 2, 1, keys, logs.resolve("right.log"));
        awaitInterface(left, one);
        awaitInterface(right, two);
        return new Tunnel("10.200.0.2", Optional.of(new Ends(one.pid(), two.pid())));
    }

    private Place.Running start(Place place, int own, int other, Path keys, Path log)
            throws BenchmarkException {
        place.write(
                "/run/nebula.yml",
                """
                pki: {ca: "%1$s/ca.crt", cert: "%1$s/%2$d.crt", key: "%1$s/%2$d.key"}
                static_host_map: {"10.200.0.%3$d": ["10.9.0.%3$d:4242"]}
                lighthouse: {am_lighthouse: false, hosts: []}
                listen: {host: 0.0.0.0, port: 4242}
                tun: {dev: wg0, mtu: 1420}
                logging: {level: error}
                firewall:
                  outbound: [{port: any, proto: any, host: any}]
                  inbound: [{port: any, proto: any, host: any}]
                """
                        .formatted(keys, own, other));
        return place.start(
                log, Map.of(), List.of(programs.path("nebula"), "-config", "/run/nebula.yml"));
    }

    private static void awaitInterface(Place place, Place.Running running)
            throws BenchmarkException {
        Path routes = Path.of("/proc/" + place.pid() + "/net/route");
        running.await(
                "its interface",
                Duration.ofSeconds(20),
                () -> {
                    try {
                        return Files.readString(routes).contains("wg0");
                    } catch (IOException _) { // the place is ending: time runs out
                        return false;
                    }
                });
    }
}
