// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RotationSimulationTest {
    private static final long SECOND = MemoryCluster.SECOND;

    @ParameterizedTest
    @CsvSource({"2, 0, 1", "3, 0, 2", "24, 0, 3", "24, 0.05, 4", "24, 0.2, 5"})
    void aRotationReachesAllAndAllSayThatTheyHaveIt(int size, double loss, long seed) {
        MemoryCluster cluster = formed(size, seed);
        cluster.loss(loss);
        cluster.nodes().get(1).rotate();
        awaitOneEpoch(cluster, 30, 2);
        awaitAnnounced(cluster);
    }

    @Test
    void nobodyIsSuspectedBecauseOfARotation() {
        MemoryCluster cluster = formed(20, 6);
        cluster.nodes().forEach(node -> node.events().clear());
        for (int i = 2; i < 6; i++) {
            cluster.nodes().get(i).rotate();
            awaitOneEpoch(cluster, 10, i);
            cluster.run(5 * SECOND);
        }
        for (MemoryNode node : cluster.nodes()) {
            for (GossipEvent event : node.events()) {
                assertFalse(event instanceof GossipEvent.MemberChanged, () -> "" + event);
                assertFalse(event instanceof GossipEvent.Forgotten, () -> "" + event);
            }
        }
    }

    @Test
    void nodesThatWereDownReceiveTheSecretWhenTheyReturn() {
        MemoryCluster cluster = formed(20, 7);
        List<MemoryNode> away = cluster.nodes().subList(4, 9);
        away.forEach(MemoryNode::crash);
        cluster.run(30 * SECOND);
        cluster.nodes().getFirst().rotate();
        cluster.run(20 * SECOND);
        cluster.nodes().get(1).rotate();
        cluster.run(20 * SECOND);
        away.forEach(MemoryNode::start);
        awaitOneEpoch(cluster, 40, 3);
        awaitAgreement(cluster, 20);
    }

    @Test
    void aNodeThatFindsNobodyByGossipReceivesTheSecretInTheRecoveryExchange() {
        MemoryCluster cluster = formed(3, 8);
        MemoryNode lone = cluster.nodes().get(2);
        lone.crash();
        cluster.run(30 * SECOND);
        cluster.nodes().getFirst().rotate();
        cluster.run(5 * SECOND);
        lone.start();
        lone.join(cluster.nodes().getFirst());
        assertEquals(2, epoch(lone), cluster.trace());
        awaitAgreement(cluster, 10);
        awaitAnnounced(cluster);
    }

    @Test
    void aRestartOfAllInTheMiddleOfARotationFinishesIt() {
        for (int delay = 0; delay < 12; delay++) {
            MemoryCluster cluster = formed(8, 30 + delay);
            cluster.nodes().getFirst().rotate();
            cluster.run(delay * SECOND / 100);
            cluster.nodes().forEach(MemoryNode::crash);
            cluster.run(20 * SECOND);
            cluster.nodes().forEach(MemoryNode::start);
            awaitOneEpoch(cluster, 60, 2);
            awaitAgreement(cluster, 10);
        }
    }

    @Test
    void ofTwoRotationsInTwoHalvesOneWinsAfterTheyMeet() {
        MemoryCluster cluster = formed(20, 9);
        Set<MemoryNode> left = halve(cluster);
        cluster.nodes().get(1).rotate();
        cluster.nodes().get(12).rotate();
        cluster.run(60 * SECOND);
        assertTrue(tag(cluster.nodes().get(3)) != tag(cluster.nodes().get(15)), cluster.trace());
        assertEquals(10, left.size());
        cluster.connect((_, _) -> true);
        awaitOneEpoch(cluster, 60, 2);
        awaitAgreement(cluster, 30);
    }

    @Test
    void anEvictedNodeIsOutAndTheRestGoOnWithANewSecret() {
        MemoryCluster cluster = formed(12, 10);
        MemoryNode out = cluster.nodes().get(5);
        cluster.nodes().get(1).evict(out);
        awaitOneEpoch(cluster, 10, 2, out);
        cluster.run(60 * SECOND);
        for (MemoryNode node : honest(cluster, out)) {
            assertNull(node.stateOf(out), cluster.trace());
            assertTrue(node.gossip().isEvicted(out.id()));
            assertEquals(10, node.gossip().members().size(), cluster.trace());
        }
        assertEquals(1, epoch(out), "the evicted one has no new secret");
        assertTrue(cluster.nodes().getFirst().gossip().dropped(GossipDrop.EVICTED_SENDER) > 0);
    }

    @Test
    void theEvictedOneIsNotLetInAgainWithOldStateAnOldTokenOrANewIdentity() {
        MemoryCluster cluster = formed(5, 11);
        MemoryNode out = cluster.nodes().get(4);
        cluster.nodes().getFirst().evict(out);
        awaitOneEpoch(cluster, 10, 2, out);
        out.crash();
        out.start();
        assertEquals(JoinFailure.EVICTED, denial(out.join(cluster.nodes().get(1))));
        MemoryNode fresh = cluster.boot();
        assertEquals(JoinFailure.OUTDATED, denial(fresh.join(cluster.nodes().get(2))));
        cluster.run(30 * SECOND);
        for (MemoryNode node : honest(cluster, out, fresh)) {
            assertNull(node.stateOf(fresh), cluster.trace());
            assertEquals(3, node.gossip().members().size(), cluster.trace());
        }
    }

    @Test
    void aMemberThatWasDownDuringAnEvictionLearnsOfItOnReturn() {
        MemoryCluster cluster = formed(8, 12);
        MemoryNode away = cluster.nodes().get(6);
        MemoryNode out = cluster.nodes().get(7);
        away.crash();
        cluster.run(20 * SECOND);
        cluster.nodes().getFirst().evict(out);
        cluster.run(10 * SECOND);
        away.start();
        awaitOneEpoch(cluster, 60, 2, out);
        assertTrue(away.gossip().isEvicted(out.id()), cluster.trace());
        assertNull(away.stateOf(out), cluster.trace());
    }

    /// The evicted one meets a member that was down, alone, and rotates five times for it. Then
    /// the others appear.
    @Test
    void aMemberLedAstrayByTheEvictedComesBackWithTheSecretBefore() {
        MemoryCluster cluster = formed(8, 13);
        MemoryNode away = cluster.nodes().get(6);
        MemoryNode out = cluster.nodes().get(7);
        away.crash();
        cluster.run(20 * SECOND);
        cluster.nodes().getFirst().evict(out);
        cluster.run(10 * SECOND);
        cluster.connect((a, b) -> (a == away || a == out) == (b == away || b == out));
        away.start();
        cluster.run(10 * SECOND);
        for (int i = 0; i < 5; i++) {
            out.rotate();
            cluster.run(5 * SECOND);
        }
        assertTrue(epoch(away) >= 6, () -> "not led astray: " + cluster.trace());
        cluster.connect((_, _) -> true);
        awaitOneEpoch(cluster, 90, 2, out);
        assertNull(away.stateOf(out), cluster.trace());
        awaitAnnounced(cluster, out);
    }

    /// The same with a made-up identity beside it: it stays with the member that was down for a
    /// minute at most, and no other ever takes it in.
    @Test
    void anIdentityMadeUpWithTheOldSecretDoesNotComeInThroughAMemberThatWasDown() {
        MemoryCluster cluster = formed(8, 14);
        MemoryNode away = cluster.nodes().get(6);
        MemoryNode out = cluster.nodes().get(7);
        away.crash();
        cluster.run(20 * SECOND);
        cluster.nodes().getFirst().evict(out);
        cluster.run(10 * SECOND);
        MemoryNode fresh = cluster.boot();
        Set<MemoryNode> astray = Set.of(away, out, fresh);
        cluster.connect((a, b) -> astray.contains(a) == astray.contains(b));
        away.start();
        fresh.join(away);
        cluster.run(10 * SECOND);
        assertEquals(MemberState.ALIVE, away.stateOf(fresh), cluster.trace());
        cluster.connect((_, _) -> true);
        awaitOneEpoch(cluster, 60, 2, out, fresh);
        cluster.run(90 * SECOND);
        for (MemoryNode node : honest(cluster, out, fresh)) {
            assertNull(node.stateOf(fresh), () -> node + "\n" + cluster.trace());
            assertEquals(6, node.gossip().members().size(), node::name);
        }
        for (Epoch held : fresh.gossip().epochs()) { // it may draw some for itself
            assertTrue(held.tag() != tagOfFirst(cluster), cluster.trace());
        }
    }

    /// A rotation by an identity that the others do not know is not taken by them, whatever its
    /// number: or somebody with a leaked token could hand them a secret of his own.
    @Test
    void aRotationByAStrangerWithALeakedTokenReachesNobodyElse() {
        MemoryCluster cluster = formed(6, 15);
        MemoryNode away = cluster.nodes().get(5);
        away.crash();
        cluster.run(20 * SECOND);
        cluster.nodes().getFirst().rotate();
        cluster.run(10 * SECOND);
        MemoryNode stranger = cluster.boot();
        Set<MemoryNode> astray = Set.of(away, stranger);
        cluster.connect((a, b) -> astray.contains(a) == astray.contains(b));
        away.start();
        stranger.join(away);
        cluster.run(5 * SECOND);
        for (int i = 0; i < 4; i++) {
            stranger.rotate();
            cluster.run(5 * SECOND);
        }
        cluster.connect((_, _) -> true);
        cluster.run(60 * SECOND);
        for (MemoryNode node : honest(cluster, away, stranger)) {
            assertEquals(2, epoch(node), cluster.trace());
            assertNull(node.stateOf(stranger), cluster.trace());
        }
    }

    @Test
    void whoJoinsWithTheNewSecretKnowsTheEvicted() {
        MemoryCluster cluster = formed(5, 16);
        MemoryNode out = cluster.nodes().get(4);
        cluster.nodes().getFirst().evict(out);
        awaitOneEpoch(cluster, 10, 2, out);
        MemoryNode fresh = cluster.boot();
        fresh.crash();
        Epoch newest = cluster.nodes().getFirst().gossip().epochs().getFirst();
        fresh.holdSecret(new Epoch(newest.secret(), null)); // as a token has it
        fresh.start();
        fresh.join(cluster.nodes().get(1));
        awaitOneEpoch(cluster, 10, 2, out);
        assertTrue(fresh.gossip().isEvicted(out.id()));
        assertNull(fresh.stateOf(out));
        fresh.rotate();
        awaitOneEpoch(cluster, 10, 3, out);
    }

    @Test
    void evictionsInTwoHalvesAddUpAndEndInASecretThatNeitherKnows() {
        MemoryCluster cluster = formed(12, 17);
        MemoryNode one = cluster.nodes().get(11);
        MemoryNode other = cluster.nodes().get(2);
        halve(cluster);
        cluster.nodes().get(1).evict(one); // of the right half
        cluster.nodes().get(9).evict(other); // of the left half
        cluster.run(40 * SECOND);
        cluster.connect((_, _) -> true);
        long took =
                cluster.runUntilTrue(
                        120 * SECOND,
                        () ->
                                honest(cluster, one, other).stream()
                                        .allMatch(
                                                node ->
                                                        node.gossip().isEvicted(one.id())
                                                                && node.gossip()
                                                                        .isEvicted(other.id())
                                                                && epoch(node) >= 3
                                                                && tag(node)
                                                                        == tagOfFirst(cluster)));
        assertTrue(took >= 0, cluster.trace());
        for (MemoryNode evicted : List.of(one, other)) {
            for (Epoch held : evicted.gossip().epochs()) {
                assertTrue(held.tag() != tagOfFirst(cluster), "an evicted node has the secret");
            }
        }
        long sure = tagOfFirst(cluster);
        cluster.run(120 * SECOND);
        assertEquals(sure, tagOfFirst(cluster), "one more rotation is enough");
    }

    @Test
    void twoThatEvictEachOtherAreBothOut() {
        MemoryCluster cluster = formed(8, 18);
        MemoryNode one = cluster.nodes().get(1);
        MemoryNode other = cluster.nodes().get(6);
        halve(cluster);
        one.evict(other);
        other.evict(one);
        cluster.run(40 * SECOND);
        cluster.connect((_, _) -> true);
        long took =
                cluster.runUntilTrue(
                        90 * SECOND,
                        () ->
                                honest(cluster, one, other).stream()
                                        .allMatch(
                                                node ->
                                                        node.gossip().isEvicted(one.id())
                                                                && node.gossip()
                                                                        .isEvicted(other.id())
                                                                && tag(node)
                                                                        == tagOfFirst(cluster)));
        assertTrue(took >= 0, cluster.trace());
    }

    private static MemoryCluster formed(int size, long seed) {
        MemoryCluster cluster = new MemoryCluster(seed);
        cluster.form(size);
        assertTrue(cluster.runUntilTrue(10 * SECOND, cluster::allAgree) >= 0, cluster.trace());
        cluster.run(5 * SECOND);
        return cluster;
    }

    private static Set<MemoryNode> halve(MemoryCluster cluster) {
        int size = cluster.nodes().size();
        Set<MemoryNode> left = new HashSet<>(cluster.nodes().subList(0, size / 2));
        cluster.connect((a, b) -> left.contains(a) == left.contains(b));
        return left;
    }

    private static List<MemoryNode> honest(MemoryCluster cluster, MemoryNode... out) {
        Set<MemoryNode> without = Set.of(out);
        return cluster.nodes().stream()
                .filter(node -> node.isRunning() && !without.contains(node))
                .toList();
    }

    private static int epoch(MemoryNode node) {
        return node.gossip().epochs().getFirst().number();
    }

    private static int tag(MemoryNode node) {
        return node.gossip().epochs().getFirst().tag();
    }

    private static int tagOfFirst(MemoryCluster cluster) {
        return tag(cluster.nodes().getFirst());
    }

    private static JoinFailure denial(List<JoinStep> ends) {
        return ((JoinStep.Failed) ends.getLast()).reason();
    }

    private static void awaitOneEpoch(
            MemoryCluster cluster, int seconds, int number, MemoryNode... out) {
        long took =
                cluster.runUntilTrue(
                        seconds * SECOND,
                        () -> {
                            List<MemoryNode> nodes = honest(cluster, out);
                            return nodes.stream()
                                    .allMatch(
                                            node ->
                                                    epoch(node) == number
                                                            && tag(node) == tag(nodes.getFirst()));
                        });
        assertTrue(took >= 0, () -> "not one epoch in " + seconds + " s:\n" + cluster.trace());
        System.out.println(
                cluster.nodes().size() + " nodes, one epoch: " + took / 1_000_000 + " ms");
    }

    private static void awaitAgreement(MemoryCluster cluster, int seconds) {
        long took = cluster.runUntilTrue(seconds * SECOND, cluster::allAgree);
        assertTrue(took >= 0, cluster::trace);
    }

    /// Every record that anybody holds announces the newest epoch.
    private static void awaitAnnounced(MemoryCluster cluster, MemoryNode... out) {
        long took =
                cluster.runUntilTrue(
                        60 * SECOND,
                        () -> {
                            for (MemoryNode node : honest(cluster, out)) {
                                for (Member member : node.gossip().members()) {
                                    if (!member.record().content().epochs().contains(tag(node))) {
                                        return false;
                                    }
                                }
                            }
                            return true;
                        });
        assertTrue(took >= 0, cluster::trace);
    }
}
