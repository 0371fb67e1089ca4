// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import tools.jackson.databind.JsonNode;
import warren.control.SecretStatus;

/// New secrets, a node put out that wants to come back, and a node that leaves. One cluster of four
/// serves all the steps, in order.
@Tag("root")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class RotationTest {
    private static Lan lan;
    private static final List<WarrenNode> NODES = new ArrayList<>();
    private static String firstToken;

    @BeforeAll
    static void plugNodes() {
        lan = new Lan();
        for (String name : List.of("ra", "rb", "rc", "rd")) {
            NODES.add(new WarrenNode(name, lan, NODES.size() + 1));
        }
    }

    @AfterAll
    static void takeDown() {
        NODES.reversed().forEach(WarrenNode::close);
        lan.close();
    }

    @Test
    @Order(1)
    void noPingIsLostWhileTheSecretChanges() {
        a().init();
        firstToken = a().warren("token").orFail().out();
        b().join(a());
        c().join(a());
        a().container("ca", "10.100.0.2");
        b().container("cb", "10.100.0.3");
        a().awaitPing("ca", "10.100.0.3");
        a().awaitAlivePeers(2);
        c().awaitAlivePeers(2);

        SteadyPing ping = new SteadyPing(a(), "ca", "10.100.0.3");
        JsonNode status = a().json("secret", "rotate");
        assertEquals(2, status.path("epoch").asInt(), status::toString);
        assertEquals(3, status.path("ready").asInt(), status::toString);
        b().warren("secret", "rotate").orFail();
        a().awaitPing("ca", "10.100.0.3");
        assertEquals(3, a().json("secret", "status").path("epoch").asInt());
        assertEquals(List.of(), ping.unanswered());
    }

    @Test
    @Order(2)
    void aTokenFromBeforeIsRefusedAndSaysSo() {
        d().startAgent();
        var refused = d().warrenReading(firstToken, "join", "-");
        assertEquals(1, refused.exit(), refused::toString);
        assertTrue(refused.err().contains("new secret since this token was printed"), refused::err);
        d().warrenReading(a().warren("token").orFail().out(), "join", "-", "--name", "rd").orFail();
        a().awaitAlivePeers(3);
    }

    @Test
    @Order(3)
    void anAgentKilledInTheMiddleOfARotationFinishesIt() {
        b().warren("secret", "rotate", "--timeout", "0").orFail();
        b().stopAgent("KILL");
        b().startAgent();
        awaitEpoch(4, a(), b(), c(), d());
        a().awaitPing("ca", "10.100.0.3");
    }

    @Test
    @Order(4)
    void aNodeThatWasDownReceivesTheSecretWhenItReturns() {
        c().stopAgent("KILL");
        c().machine().sh("rm -f /run/wireguard/wg0.sock");
        a().awaitAlivePeers(2);
        a().warren("secret", "rotate").orFail();
        c().startAgent();
        awaitEpoch(5, a(), b(), c(), d());
        a().awaitAlivePeers(3);
    }

    @Test
    @Order(5)
    void anEvictedNodeIsOutForGood() {
        String token = d().warren("token").orFail().out();
        d().container("cd", "10.100.0.5");
        a().awaitPing("ca", "10.100.0.5");
        var evicted = a().warren("evict", "rd", "--yes").orFail();
        assertTrue(evicted.out().startsWith("evicted rd ("), evicted::out);
        awaitEpoch(6, a(), b(), c());
        for (WarrenNode node : List.of(a(), b(), c())) {
            node.awaitAlivePeers(2);
            assertFalse(node.json("peers").toString().contains("\"rd\""));
        }
        assertTrue(a().inContainer("ca", "ping", "-c1", "-W2", "10.100.0.5").exit() != 0);

        d().stopAgent("TERM"); // with the state it had
        d().startAgent();
        d().awaitProblem("evicted");
        assertTrue(a().inContainer("ca", "ping", "-c1", "-W2", "10.100.0.5").exit() != 0);

        d().warren("leave", "--force").orFail(); // as somebody else, with the token it had
        var refused = d().warrenReading(token, "join", "-", "--name", "rd2");
        assertEquals(1, refused.exit(), refused::toString);
        assertTrue(refused.err().contains("new secret since this token was printed"), refused::err);
        assertEquals(2, a().json("peers").size());
    }

    @Test
    @Order(6)
    void aNodeThatLeavesTakesItsPartDownAndMayJoinAgain() {
        var refused = b().warren("leave");
        assertEquals(1, refused.exit(), refused::toString);
        assertTrue(refused.err().contains("attached"), refused::err);
        b().warren("detach", "cb").orFail();
        b().warren("leave").orFail();
        assertEquals("uninitialised", b().json("status").path("state").asString());
        assertEquals("", b().machine().sh("ip -br link show wg0 2>/dev/null || true"));
        assertFalse(b().machine().sh("ip route; ip -6 route").contains("10.100"));
        assertTrue(a().json("peers").toString().contains("\"left\""));
        b().warrenReading(a().warren("token").orFail().out(), "join", "-", "--name", "rb2")
                .orFail();
        b().container("cb2", "10.100.0.9");
        a().awaitPing("ca", "10.100.0.9");
    }

    @Test
    @Order(7)
    void noLogHoldsAnExceptionOrASecret() {
        String token = a().warren("token").orFail().out().strip();
        for (WarrenNode node : NODES) {
            assertFalse(node.log().contains("Exception"), node::log);
            assertFalse(node.log().contains(token), "the token stands in a log");
        }
    }

    private static void awaitEpoch(int epoch, WarrenNode... nodes) {
        for (WarrenNode node : nodes) {
            node.await(
                    "it and all it knows hold epoch " + epoch,
                    agent -> {
                        SecretStatus secret = agent.secret();
                        return secret.epoch() == epoch
                                && secret.alive() == nodes.length
                                && secret.ready() == nodes.length;
                    });
        }
    }

    private static WarrenNode a() {
        return NODES.get(0);
    }

    private static WarrenNode b() {
        return NODES.get(1);
    }

    private static WarrenNode c() {
        return NODES.get(2);
    }

    private static WarrenNode d() {
        return NODES.get(3);
    }
}
