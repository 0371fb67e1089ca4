// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import tools.jackson.databind.JsonNode;

/// Three nodes through a day of their life: the decision record's picture, restarts of each part,
/// and of all at once. One cluster serves all the steps, in order: that it survived the step before
/// is part of each test.
///
///     a 10.9.0.1 ─┐
///     b 10.9.0.2 ─┼─ lan      containers ca 10.100.0.2, cb 10.100.0.3, cc 10.100.0.4
///     c 10.9.0.3 ─┘
@Tag("root")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ClusterTest {
    private static final String[] ADDRESS = {"10.100.0.2", "10.100.0.3", "10.100.0.4"};
    private static final String[] CONTAINER = {"ca", "cb", "cc"};

    private static Lan lan;
    private static WarrenNode a;
    private static WarrenNode b;
    private static WarrenNode c;

    @BeforeAll
    static void plugThreeNodes() {
        lan = new Lan();
        a = new WarrenNode("a", lan, 1);
        b = new WarrenNode("b", lan, 2);
        c = new WarrenNode("c", lan, 3);
    }

    @AfterAll
    static void takeDown() {
        for (AutoCloseable part : new AutoCloseable[] {c, b, a, lan}) {
            try {
                if (part != null) {
                    part.close();
                }
            } catch (Exception e) {
                throw new AssertionError("taking down", e);
            }
        }
    }

    @Test
    @Order(1)
    void containersOnTwoNodesReachEachOther() {
        a.init();
        b.join(a);
        a.container("ca", ADDRESS[0]);
        b.container("cb", ADDRESS[1]);
        a.awaitPing("ca", ADDRESS[1]);
        b.awaitPing("cb", ADDRESS[0]);
    }

    @Test
    @Order(2)
    void aThirdNodeMeetsBothThroughOneSeed() {
        c.join(a);
        c.container("cc", ADDRESS[2]);
        for (WarrenNode node : nodes()) {
            node.awaitAlivePeers(2);
        }
        awaitEveryPair();
    }

    @Test
    @Order(3)
    void statusAndPeersTellTheContractsFields() {
        JsonNode status = a.json("status");
        assertEquals("joined", status.path("state").asString());
        assertEquals("10.100.0.0/16", status.path("network").asString());
        assertEquals("a", status.path("node").path("name").asString());
        assertTrue(status.path("node").path("address").asString().startsWith("fd"));
        assertTrue(List.of("kernel", "userspace").contains(status.at("/node/tunnel").asString()));
        assertEquals(44, status.at("/node/publicKey").asString().length());
        assertEquals("ca", status.at("/containers/0/name").asString());
        assertEquals(ADDRESS[0], status.at("/containers/0/address").asString());

        JsonNode peers = a.json("peers");
        assertEquals(2, peers.size());
        for (JsonNode peer : peers) {
            assertEquals("alive", peer.path("state").asString());
            assertEquals("direct", peer.path("path").asString());
            assertTrue(peer.path("endpoint").asString().endsWith(":51820"), peer::toString);
            assertTrue(peer.path("lastHandshakeSeconds").asInt(-1) >= 0, peer::toString);
            assertTrue(peer.path("rxBytes").asLong() > 0, peer::toString);
            assertTrue(peer.path("txBytes").asLong() > 0, peer::toString);
            assertTrue(peer.path("mtu").asInt() >= 1280, peer::toString);
            assertTrue(peer.path("blocks").isArray(), peer::toString);
        }
    }

    @Test
    @Order(4)
    void noPingIsLostWhileAnAgentRestarts() {
        List<Integer> lost =
                lostWhile(
                        () -> {
                            b.stopAgent("TERM");
                            b.startAgent();
                        });
        assertEquals(List.of(), lost);
        a.awaitAlivePeers(2);
    }

    @Test
    @Order(5)
    void noPingIsLostWhenAnAgentIsKilled() {
        List<Integer> lost =
                lostWhile(
                        () -> {
                            b.stopAgent("KILL");
                            b.startAgent();
                        });
        assertEquals(List.of(), lost);
        a.awaitAlivePeers(2);
    }

    @Test
    @Order(6)
    void aKilledTunnelComesBackByItself() {
        String before = b.json("status").at("/node/publicKey").asString();
        killTunnel(b);
        awaitEveryPair();
        assertEquals(before, b.json("status").at("/node/publicKey").asString());
    }

    @Test
    @Order(7)
    void everythingStoppedAndStartedTogetherComesBack() {
        for (WarrenNode node : nodes()) {
            node.stopAgent("KILL");
            killTunnel(node);
        }
        for (WarrenNode node : nodes()) {
            node.startAgent();
        }
        for (WarrenNode node : nodes()) {
            node.awaitAlivePeers(2);
        }
        awaitEveryPair();
    }

    @Test
    @Order(8)
    void detachedContainersAreGoneForEverybody() {
        c.warren("detach", "cc").orFail();
        Await.until(
                "10.100.0.4 no longer answers",
                Duration.ofMinutes(1),
                () -> a.inContainer("ca", "ping", "-c1", "-W1", ADDRESS[2]).exit() != 0);
        assertEquals(0, c.json("status").path("containers").size());
        c.warren("detach", "cc").orFail();
        assertTrue(c.machine().sh("ip netns exec cc ip -br link").startsWith("lo"));
    }

    @Test
    @Order(9)
    void noLogHoldsAnExceptionOrASecret() {
        String token = a.warren("token").orFail().out().strip();
        for (WarrenNode node : nodes()) {
            assertFalse(node.log().contains("Exception"), node::log);
            assertFalse(node.log().contains(token), "the token stands in a log");
        }
    }

    private static List<WarrenNode> nodes() {
        return List.of(a, b, c);
    }

    private static void awaitEveryPair() {
        for (int from = 0; from < 3; from++) {
            for (int to = 0; to < 3; to++) {
                if (from != to) {
                    nodes().get(from).awaitPing(CONTAINER[from], ADDRESS[to]);
                }
            }
        }
    }

    private static void killTunnel(WarrenNode node) {
        node.machine()
                .sh(
                        "for s in /run/wireguard/*.sock; do rm -f $s; done; "
                                + "while ip link show wg0 >/dev/null 2>&1; do sleep 0.05; done");
    }

    /// The pings from `ca` to `cb` that had no answer while `event` happened.
    private static List<Integer> lostWhile(Runnable event) {
        a.awaitPing("ca", ADDRESS[1]);
        SteadyPing ping = new SteadyPing(a, "ca", ADDRESS[1]);
        event.run();
        b.awaitAlivePeers(2);
        return ping.unanswered();
    }
}
