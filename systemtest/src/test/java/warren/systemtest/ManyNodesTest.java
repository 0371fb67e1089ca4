// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestMethodOrder;
import warren.control.PeerStatus;

/// A cluster larger than anybody's table of hand-picked peers: formed, one node killed, cut in
/// halves and healed, killed altogether and started again, without a hand at any node. Eight nodes,
/// unless the property `warren.nodes` says another number, as `./dev bench nodes` does: it prints
/// how long each took and what a node costs.
///
/// One cluster serves all the steps, in order: that it survived the step before is part of each.
@Tag("root")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ManyNodesTest {
    private static final int COUNT = Integer.getInteger("warren.nodes", 8);

    /// How long halves stay cut off at least; by default just until each has buried the other.
    private static final Duration CUT = Duration.ofSeconds(Integer.getInteger("warren.cut", 0));

    /// Over how long a cluster is watched that was formed minutes ago and is idle; by default it is
    /// not.
    private static final Duration WATCH = Duration.ofSeconds(Integer.getInteger("warren.watch", 0));

    /// WireGuard rekeys after two minutes (whitepaper section 6.1): in a shorter window one pair
    /// has
    /// at most one handshake of its own accord.
    private static final Duration REKEY = Duration.ofMinutes(2);

    private static final List<Integer> ALL = IntStream.range(0, COUNT).boxed().toList();

    private static final NodeTable TABLE = new NodeTable(COUNT);
    private static NodeGroup group;
    private static int stepsDone;

    @BeforeAll
    static void plugAll() {
        group = new NodeGroup(COUNT);
    }

    @AfterAll
    static void takeDown() {
        if (group != null) {
            group.close();
        }
        TABLE.print();
    }

    /// A step on top of a failed one says nothing, and takes minutes.
    @BeforeEach
    void theStepBeforeWasDone(TestInfo step) {
        int order = step.getTestMethod().orElseThrow().getAnnotation(Order.class).value();
        assertEquals(order - 1, stepsDone, "the step before failed");
    }

    @Test
    @Order(1)
    void allSeeAllAfterTheLastJoin() {
        long start = System.nanoTime();
        group.form();
        TABLE.took("init and joins", Duration.ofNanos(System.nanoTime() - start));
        TABLE.took("all see all after the last join", group.awaitAllSeeAll());
        group.attachContainers();
        group.awaitPings(ALL, ALL);
        stepsDone++;
    }

    @Test
    @Order(2)
    void aKilledNodeIsDeadToAllAndComesBack() {
        int victim = COUNT / 3;
        group.kill(victim);
        List<Integer> others = ALL.stream().filter(i -> i != victim).toList();
        TABLE.took(
                "a killed node is dead to all",
                group.awaitViews(
                        "node " + victim + " is dead",
                        others,
                        (_, view) ->
                                "dead".equals(view.get(victim))
                                        && view.values().stream().filter("alive"::equals).count()
                                                == COUNT - 2));
        group.awaitPings(others, others);

        long start = System.nanoTime();
        group.start(List.of(group.nodes().get(victim)));
        group.awaitAllSeeAll();
        TABLE.took("it is back for all", Duration.ofNanos(System.nanoTime() - start));
        group.awaitPings(ALL, ALL);
        stepsDone++;
    }

    @Test
    @Order(3)
    void halvesThatWereCutOffHeal() throws InterruptedException {
        List<Integer> left = ALL.subList(0, COUNT / 2);
        List<Integer> right = ALL.subList(COUNT / 2, COUNT);
        long start = System.nanoTime();
        group.cutHalves();
        group.awaitViews(
                "each half buries the other",
                ALL,
                (i, view) ->
                        ALL.stream()
                                .filter(j -> !j.equals(i))
                                .allMatch(
                                        j ->
                                                (left.contains(i) == left.contains(j)
                                                                ? "alive"
                                                                : "dead")
                                                        .equals(view.get(j))));
        TABLE.took("each half buries the other", Duration.ofNanos(System.nanoTime() - start));
        assertFalse(group.reaches(left.getFirst(), right.getFirst()), "not cut at all");
        group.awaitPings(left, left);
        group.awaitPings(right, right);
        long cutNanos = System.nanoTime() - start;
        Thread.sleep(Duration.ofNanos(Math.max(0, CUT.toNanos() - cutNanos)));

        group.healHalves();
        TABLE.took("healed halves see all", group.awaitAllSeeAll());
        group.awaitPings(ALL, ALL);
        stepsDone++;
    }

    @Test
    @Order(4)
    void anIdleClusterIsWatched() throws InterruptedException {
        watch();
        stepsDone++;
    }

    @Test
    @Order(5)
    void allKilledAndStartedTogetherComeBack() {
        ALL.forEach(group::kill);
        long start = System.nanoTime();
        group.start(group.nodes());
        TABLE.took("all agents started again", Duration.ofNanos(System.nanoTime() - start));
        TABLE.took("then all see all", group.awaitAllSeeAll());
        group.awaitPings(ALL, ALL);
        for (int i : ALL) {
            assertEquals(group.containerOf(i), NodeGroup.address(group.nodes().get(i)));
        }
        stepsDone++;
    }

    @Test
    @Order(6)
    void noLogHoldsAnException() {
        for (WarrenNode node : group.nodes()) {
            assertFalse(node.log().contains("Exception"), node::log);
        }
        stepsDone++;
    }

    /// Looks at an untouched cluster for a while, and writes what a node costs.
    private static void watch() throws InterruptedException {
        if (WATCH.isZero()) {
            return;
        }
        assertTrue(WATCH.compareTo(REKEY) <= 0, "handshakes would be counted once, not twice");
        TABLE.watch(group, WATCH);
        long handshakes = 0;
        for (WarrenNode node : group.nodes()) {
            handshakes += recentHandshakes(node);
        }
        TABLE.handshakes(handshakes, WATCH);
    }

    private static long recentHandshakes(WarrenNode node) {
        try {
            return node.control().peers().stream()
                    .map(PeerStatus::lastHandshakeSeconds)
                    .filter(age -> age != null && age < WATCH.toSeconds())
                    .count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
