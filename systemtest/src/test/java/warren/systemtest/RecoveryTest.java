// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Nodes that come back under other circumstances: another underlay address, a seed whose name
/// leads elsewhere, a name twice, a copied disk.
@Tag("root")
final class RecoveryTest {
    private static final String SEED = "seed.wad.example";

    private Lan lan;
    private WarrenNode a;
    private WarrenNode b;
    private WarrenNode c;

    @BeforeEach
    void plugThreeNodes() {
        lan = new Lan();
        a = new WarrenNode("a", lan, 1);
        b = new WarrenNode("b", lan, 2);
        c = new WarrenNode("c", lan, 3);
    }

    @AfterEach
    void takeDown() {
        for (WarrenNode node : List.of(c, b, a)) {
            node.close();
        }
        lan.close();
    }

    @Test
    void allComeBackInAnyOrderThoughOneHasAnotherAddress() {
        formed();
        a.container("ca", "10.100.0.2");
        b.container("cb", "10.100.0.3");
        a.awaitPing("ca", "10.100.0.3");
        for (WarrenNode node : List.of(a, b, c)) {
            node.stopAgent("TERM");
            stopTunnel(node);
        }
        b.machine().sh("ip addr del 10.9.0.2/24 dev eth0; ip addr add 10.9.0.22/24 dev eth0");
        b.machine().sh("ip addr del fd09::2/64 dev eth0; ip addr add fd09::22/64 dev eth0 nodad");
        for (WarrenNode node : List.of(c, b, a)) {
            node.startAgent();
        }
        for (WarrenNode node : List.of(a, b, c)) {
            node.awaitAlivePeers(2);
        }
        a.awaitPing("ca", "10.100.0.3");
        b.awaitPing("cb", "10.100.0.2");
        a.await(
                "it knows b's new address",
                agent ->
                        agent.peers().stream()
                                .anyMatch(
                                        peer ->
                                                "10.9.0.22:51820".equals(peer.endpoint())
                                                        || "[fd09::22]:51820"
                                                                .equals(peer.endpoint())));
    }

    @Test
    void aNodeAloneFollowsTheNameOfItsSeedToAnotherAddress() {
        hosts(a, "10.9.0.1 " + SEED);
        hosts(b, "10.9.0.1 " + SEED);
        a.startAgent();
        a.warren("init", "--name", "a", "--endpoint", SEED).orFail();
        b.join(a);
        b.awaitAlivePeers(1);
        for (WarrenNode node : List.of(a, b)) {
            node.stopAgent("TERM");
            stopTunnel(node);
        }
        a.machine().sh("ip addr del 10.9.0.1/24 dev eth0; ip addr add 10.9.0.11/24 dev eth0");
        b.startAgent(); // before the name leads to the new address
        hosts(a, "10.9.0.11 " + SEED);
        hosts(b, "10.9.0.11 " + SEED);
        a.startAgent();
        b.awaitAlivePeers(1);
        a.awaitAlivePeers(1);
    }

    @Test
    void ofSeveralSeedsTheOneThatCanBeReachedIsFoundThoughItIsIpv6() {
        a.startAgent();
        a.warren("init", "--name", "a", "--endpoint", SEED, "--endpoint", "[fd09::1]").orFail();
        b.join(a); // knows no such name
        b.awaitAlivePeers(1);
        assertTrue(
                b.json("peers").at("/0/endpoint").asString().contains("fd09::1"),
                () -> b.warren("peers").out());
    }

    @Test
    void twoNodesOfOneNameAreNamedWithTheirIdsOnEveryNode() {
        a.init();
        for (WarrenNode twin : List.of(b, c)) {
            twin.startAgent();
            String token = a.warren("token").orFail().out();
            twin.warrenReading(token, "join", "-", "--name", "twin").orFail();
        }
        for (WarrenNode node : List.of(a, b, c)) {
            node.awaitAlivePeers(2);
        }
        String one = b.json("status").at("/node/id").asString();
        String other = c.json("status").at("/node/id").asString();
        assertNotEquals(one, other);
        for (WarrenNode node : List.of(a, b, c)) {
            String status = node.warren("status").orFail().out();
            assertTrue(status.contains("2 nodes are called twin: "), status);
            assertTrue(status.contains(one) && status.contains(other), status);
        }
        List<String> ids =
                java.util.stream.StreamSupport.stream(a.json("peers").spliterator(), false)
                        .map(peer -> peer.path("id").asString())
                        .sorted()
                        .toList();
        assertEquals(List.of(one, other).stream().sorted().toList(), ids);
        b.container("cb", "10.100.0.2");
        c.container("cc", "10.100.0.3");
        b.awaitPing("cb", "10.100.0.3");
    }

    @Test
    void aCopiedDiskIsNamedOnBothMachinesAndOnTheOthers() {
        formed();
        c.stopAgent("TERM");
        stopTunnel(c);
        try (WarrenNode copy = new WarrenNode("copy", lan, 4)) {
            Command.run(
                            "sh",
                            "-c",
                            "cp -a '%s/.' '%s/'"
                                    .formatted(
                                            c.machine().files().resolve("var/lib/warren"),
                                            copy.machine().files().resolve("var/lib/warren")))
                    .orFail();
            c.startAgent();
            copy.startAgent();
            for (WarrenNode twin : List.of(c, copy)) {
                twin.awaitProblem("another machine runs with this node's identity");
            }
            for (WarrenNode witness : List.of(a, b)) {
                witness.awaitProblem("two machines run with the identity of node c (");
            }
        }
    }

    private void formed() {
        a.init();
        b.join(a);
        c.join(a);
        for (WarrenNode node : List.of(a, b, c)) {
            node.awaitAlivePeers(2);
        }
    }

    /// What the machine resolves names with, besides DNS.
    private static void hosts(WarrenNode node, String line) {
        node.machine()
                .sh(
                        "f='%s/hosts'; [ -e $f ] || { : >$f; mount --bind $f /etc/hosts; }; echo '%s' >$f"
                                .formatted(node.machine().files(), line));
    }

    private static void stopTunnel(WarrenNode node) {
        node.machine()
                .sh(
                        "rm -f /run/wireguard/*.sock; "
                                + "while ip link show wg0 >/dev/null 2>&1; do sleep 0.05; done");
    }
}
