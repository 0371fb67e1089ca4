// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The LAN between the nodes: a bridge in a namespace of its own.
///
/// ```text
///   lan:  bridge `lan`
///           │        │
///        node-a    node-b      veth pairs, one end in the bridge
///           │        │
///         eth0     eth0        192.168.50.11, 192.168.50.12, … in the nodes' namespaces
/// ```
///
/// The nodes' side has no IPv6, so that the capture holds no neighbour discovery and `every IP
/// packet` can be said without an exception.
final class Underlay {
    static final String BRIDGE = "lan";
    private static final String SUBNET = "192.168.50.";
    private static final int FIRST_HOST = 11;

    private final Netns lan;
    private final List<Netns> connected = new ArrayList<>();

    private Underlay(Netns lan) {
        this.lan = lan;
    }

    static Underlay create(String name, Cleanup cleanup) throws IOException, InterruptedException {
        Netns lan = Netns.create(name, cleanup);
        Tool.run(lan.inside("sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6"));
        lan.ip(
                List.of(
                        "link add " + BRIDGE + " type bridge mcast_snooping 0",
                        "link set " + BRIDGE + " up"));
        return new Underlay(lan);
    }

    /// Gives a node its `eth0`; returns its address.
    String connect(Netns node, String port) throws IOException, InterruptedException {
        String address = SUBNET + (FIRST_HOST + connected.size());
        lan.ip(
                List.of(
                        "link add " + port + " type veth peer name eth0 netns " + node.name(),
                        "link set " + port + " master " + BRIDGE + " up"));
        Tool.run(node.inside("sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6"));
        node.ip(List.of("address add " + address + "/24 dev eth0", "link set eth0 up"));
        connected.add(node);
        return address;
    }

    Netns lan() {
        return lan;
    }

    /// Waits until no TCP connection of the nodes has packets left to send: the joins are over.
    void awaitQuietTcp() throws IOException, InterruptedException {
        Await.until(
                "the join's TCP connections to close",
                Duration.ofSeconds(15),
                () -> {
                    for (Netns node : connected) {
                        if (hasLiveTcp(Tool.run(node.inside("cat", "/proc/net/tcp")))) {
                            return false;
                        }
                    }
                    return true;
                });
    }

    /// Whether a line of `/proc/net/tcp` is neither TIME_WAIT (06), CLOSE (07) nor LISTEN (0A).
    static boolean hasLiveTcp(String table) {
        return table.lines()
                .skip(1)
                .map(line -> line.strip().split("\\s+"))
                .anyMatch(
                        column ->
                                column.length > 3
                                        && !List.of("06", "07", "0A").contains(column[3]));
    }
}
