// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import tools.jackson.databind.JsonNode;
import warren.control.AddressPrefix;
import warren.control.ControlClient;

/// Who gets which address: in another node's block, one that is in use, and one that both halves of
/// a divided cluster gave out. The steps follow one another in one cluster.
///
///     a 10.9.0.1 ─┐
///     b 10.9.0.2 ─┼─ lan
///     c 10.9.0.3 ─┘
@Tag("root")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class AddressesTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String BOTH_WANT = "10.100.0.50";

    private static Lan lan;
    private static WarrenNode a;
    private static WarrenNode b;
    private static WarrenNode c;

    @BeforeAll
    static void formACluster() {
        lan = new Lan();
        a = new WarrenNode("a", lan, 1);
        b = new WarrenNode("b", lan, 2);
        c = new WarrenNode("c", lan, 3);
        a.init();
        b.join(a);
        c.join(a);
        List.of(a, b, c).forEach(node -> node.awaitAlivePeers(2));
        a.await("it sees every block", agent -> blocks(agent) == 3);
    }

    @AfterAll
    static void takeDown() {
        for (WarrenNode node : new WarrenNode[] {c, b, a}) {
            if (node != null) {
                node.close();
            }
        }
        lan.close();
    }

    @Test
    @Order(1)
    void anAddressInAnotherNodesBlockIsGivenWhereItIsAskedFor() {
        String wanted = inBlockOf("b", 20);
        a.container("ca", wanted);
        String other = attachAnywhere(b, "cb");
        attachAnywhere(c, "cc");
        assertNotEquals(wanted, other);
        b.awaitPing("cb", wanted);
        c.awaitPing("cc", wanted);
        a.awaitPing("ca", other);
        JsonNode ca = owner(c, "a");
        assertTrue(
                ca.path("prefixes").toString().contains(wanted + "/32"), () -> ca.toPrettyString());
    }

    @Test
    @Order(2)
    void anAddressInUseIsRefusedAndItsUserLosesNoPacket() {
        String used = b.json("status").at("/containers/0/address").asString();
        a.awaitPing("ca", used);
        SteadyPing ping = new SteadyPing(a, "ca", used);
        c.machine().sh("ip netns add thief");
        var refused = c.warren("attach", "thief", "--netns", "/run/netns/thief", "--ip", used);
        List<Integer> lost = ping.unanswered();
        assertEquals(1, refused.exit(), refused::toString);
        assertTrue(refused.err().contains(used + " is in use on node b"), refused::toString);
        assertEquals(List.of(), lost);
    }

    @Test
    @Order(3)
    void whoOwnsWhatIsShown() {
        JsonNode report = a.json("addresses");
        assertEquals("10.100.0.0/16", report.path("network").asString());
        assertTrue(report.path("network6").asString().endsWith("/48"));
        assertEquals(65536, report.path("size").asLong());
        assertEquals(3 * 64, report.path("claimed").asLong());
        assertEquals(65536 - 3 * 64, report.path("free").asLong());
        JsonNode own = report.at("/owners/0");
        assertEquals("self", own.path("state").asString());
        long used = 0;
        for (JsonNode prefix : own.path("prefixes")) {
            used += prefix.path("inUse").asLong();
            assertTrue(prefix.path("ipv6").asString().startsWith("fd"), prefix::toString);
        }
        assertEquals(2, used, "the container and the host");
        String text = a.warren("addresses").orFail().out();
        assertTrue(text.contains("65536 addresses, 192 of them claimed, 65344 free"), text);
        assertTrue(text.lines().anyMatch(line -> line.startsWith("b ")), text);
    }

    @Test
    @Order(4)
    void anAddressGivenOnBothSidesOfADivideIsolatesOneContainerWhenItHeals() {
        lan.cable(3, false);
        b.container("x", BOTH_WANT);
        c.container("y", BOTH_WANT);
        lan.cable(3, true);

        Await.until(
                "exactly one side names the conflict",
                PATIENCE,
                () -> conflicts(b) + conflicts(c) == 1,
                () -> b.warren("status").out() + c.warren("status").out() + b.log() + c.log());
        WarrenNode loser = conflicts(b) == 1 ? b : c;
        WarrenNode winner = loser == b ? c : b;
        String isolated = loser == b ? "x" : "y";
        String kept = loser == b ? "y" : "x";
        String status = loser.warren("status").orFail().out();
        assertTrue(
                status.contains(
                        "container "
                                + isolated
                                + " is isolated: node "
                                + winner.machine().name()
                                + " ("),
                status);
        JsonNode conflict = loser.json("addresses").at("/conflicts/0");
        assertEquals(BOTH_WANT, conflict.path("address").asString());
        assertEquals(winner.machine().name(), conflict.path("winner").asString());
        assertFalse(winner.warren("status").orFail().out().contains("is isolated"));
        a.awaitPing("ca", BOTH_WANT);
        String own = a.json("status").at("/containers/0/address").asString();
        winner.awaitPing(kept, own);
        assertNotEquals(
                0, loser.inContainer(isolated, "ping", "-c1", "-W1", own).exit(), "cut off");
        String others = b.json("status").at("/containers/0/address").asString();
        a.awaitPing("ca", others);

        winner.warren("detach", kept).orFail();
        loser.await("the isolated one is back", agent -> agent.addresses().conflicts().isEmpty());
        a.awaitPing("ca", BOTH_WANT);
        loser.awaitPing(isolated, own);
    }

    @Test
    @Order(5)
    void aContainerThatWentWithoutAWordIsFreed() throws IOException {
        b.machine().sh("ip netns add brief");
        b.warren("attach", "brief", "--netns", "/run/netns/brief").orFail();
        long before = used(b.control());
        b.machine().sh("ip netns del brief");
        b.await("its address is free", agent -> used(agent) == before - 1);
    }

    @Test
    @Order(6)
    void noLogHoldsAnException() {
        for (WarrenNode node : List.of(a, b, c)) {
            assertFalse(node.log().contains("Exception"), node::log);
        }
    }

    private static long used(ControlClient agent) throws IOException {
        return agent.addresses().owners().getFirst().prefixes().stream()
                .map(AddressPrefix::inUse)
                .filter(Objects::nonNull)
                .mapToLong(Long::longValue)
                .sum();
    }

    private static int conflicts(WarrenNode node) {
        try {
            return node.control().addresses().conflicts().size();
        } catch (IOException e) {
            throw new UncheckedIOException(node.machine().name(), e);
        }
    }

    private static Stream<JsonNode> owners(WarrenNode node) {
        return StreamSupport.stream(node.json("addresses").path("owners").spliterator(), false);
    }

    private static long blocks(ControlClient agent) throws IOException {
        return agent.addresses().owners().stream()
                .filter(owner -> !owner.prefixes().isEmpty())
                .count();
    }

    private static JsonNode owner(WarrenNode asked, String name) {
        return owners(asked)
                .filter(owner -> owner.path("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static String inBlockOf(String name, int offset) {
        String block = owner(a, name).at("/prefixes/0/ipv4").asString();
        String first = block.substring(0, block.indexOf('/'));
        int last = first.lastIndexOf('.') + 1;
        return first.substring(0, last) + (Integer.parseInt(first.substring(last)) + offset);
    }

    private static String attachAnywhere(WarrenNode node, String name) {
        node.machine().sh("ip netns add " + name + " && ip -n " + name + " link set lo up");
        return node.json("attach", name, "--netns", "/run/netns/" + name)
                .path("address")
                .asString();
    }
}
