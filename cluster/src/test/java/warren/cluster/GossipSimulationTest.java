// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GossipSimulationTest {
    private static final long SECOND = MemoryCluster.SECOND;

    @ParameterizedTest
    @CsvSource({"2, 3", "3, 3", "10, 3", "40, 6", "100, 6"})
    void allSeeAllSoonAfterTheLastJoin(int size, int seconds) {
        MemoryCluster cluster = new MemoryCluster(size);
        cluster.form(size);
        await(cluster, seconds, "all see all");
        assertTrue(cluster.largestDatagram() <= Gossip.MAX_DATAGRAM);
    }

    /// With seed 5 chance alone would have it probed only 4.5 s later.
    @ParameterizedTest
    @ValueSource(longs = {5, 9})
    void aCrashAmongTwoHundredIsKnownToAllInTenSeconds(long seed) {
        MemoryCluster cluster = new MemoryCluster(seed);
        cluster.populate(200);
        cluster.run(40 * SECOND);
        cluster.nodes().get(new Random(seed).nextInt(200)).lose();
        await(cluster, 10, "crash known");
    }

    /// Nobody may miss all rumours of a newcomer, nor send it anything before its tunnel is there:
    /// either costs WireGuard's five seconds.
    @ParameterizedTest
    @ValueSource(longs = {9, 13, 18, 19})
    void tenSeeAnEleventhWithinASecond(long seed) {
        MemoryCluster cluster = new MemoryCluster(seed);
        cluster.populate(10);
        cluster.run(40 * SECOND);
        MemoryNode newcomer = cluster.boot();
        newcomer.joinInTime(cluster.nodes().get((int) (seed % 10)));
        await(cluster, 1, "joined");
    }

    @ParameterizedTest
    @CsvSource({"2, 9", "3, 9", "10, 9", "60, 12"})
    void aCrashIsKnownToAll(int size, int seconds) {
        MemoryCluster cluster = formed(size, 100 + size);
        cluster.nodes().get(1).crash();
        await(cluster, seconds, "crash known");
    }

    @ParameterizedTest
    @CsvSource({"4, 12", "10, 12", "60, 15"})
    void aHealedPartitionConverges(int size, int seconds) {
        MemoryCluster cluster = formed(size, 200 + size);
        cluster.nodes().forEach(node -> node.recovers(false)); // by dead probes alone
        List<MemoryNode> left = new ArrayList<>(cluster.nodes().subList(0, size / 2));
        cluster.connect((a, b) -> left.contains(a) == left.contains(b));
        cluster.run(60 * SECOND);
        for (MemoryNode node : cluster.nodes()) {
            for (MemoryNode other : cluster.nodes()) {
                if (left.contains(node) != left.contains(other)) {
                    assertEquals(MemberState.DEAD, node.stateOf(other), cluster.explain());
                }
            }
        }
        left.getFirst().claim(Nodes.claim("10.100.7.0/26", 1));
        cluster.connect((_, _) -> true);
        await(cluster, seconds, "healed");
        awaitClaim(cluster, left.getFirst());
    }

    /// What 200 do to each other when half of them is out of reach, and comes back.
    @Test
    void aCutOfHalfIsFoundOutOnceAndHealed() {
        MemoryCluster cluster = new MemoryCluster(35);
        cluster.verifies(false);
        cluster.populate(200);
        cluster.run(20 * SECOND);
        long before = cluster.sentBytes();
        cluster.connect((a, b) -> a.index() % 2 == b.index() % 2);
        cluster.run(25 * SECOND);
        long perNode = (cluster.sentBytes() - before) / 200;
        for (MemoryNode node : cluster.nodes()) {
            for (MemoryNode other : cluster.nodes()) {
                if (node.index() % 2 != other.index() % 2) {
                    assertEquals(MemberState.DEAD, node.stateOf(other), cluster.explain());
                }
            }
            // Whoever raises it has heard a roll call: some took the cut for its end.
            int incarnation = node.gossip().known().getFirst().incarnation();
            assertEquals(1, incarnation, () -> node + ":\n" + cluster.explain());
        }
        assertTrue(perNode < 100_000, () -> perNode + " bytes a node");
        cluster.connect((_, _) -> true);
        await(cluster, 12, "healed");
        assertEquals(0, cluster.falseDeaths(), cluster.explain());
    }

    @Test
    void whoJoinsHundredsVerifiesThemAll() {
        MemoryCluster cluster = new MemoryCluster(36);
        cluster.verifies(false);
        cluster.populate(300);
        cluster.run(10 * SECOND);
        MemoryNode stranger = cluster.bootStranger();
        List<JoinStep> steps = stranger.joinInTime(cluster.nodes().get(17));
        assertInstanceOf(JoinStep.Joined.class, steps.getLast(), steps::toString);
        await(cluster, 6, "joined");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void nobodyIsDeclaredDeadFalselyAtFivePercentLoss(long seed) {
        MemoryCluster cluster = formed(20, seed);
        cluster.nodes().forEach(node -> node.events().clear());
        cluster.loss(0.05);
        cluster.run(900 * SECOND);
        for (MemoryNode node : cluster.nodes()) {
            for (GossipEvent event : node.events()) {
                boolean death =
                        event instanceof GossipEvent.MemberChanged(Member member)
                                && member.state() == MemberState.DEAD;
                assertTrue(!death, () -> cluster.explain());
            }
        }
    }

    @Test
    void aTotalRestartFromOldStateNeedsNobodysHand() {
        MemoryCluster cluster = formed(10, 5);
        cluster.nodes().forEach(MemoryNode::crash);
        cluster.run(30 * SECOND);
        for (MemoryNode node : cluster.nodes()) {
            node.start();
            cluster.run(SECOND / 3);
        }
        await(cluster, 10, "restarted");
    }

    @Test
    void aNodeRestoredFromABackupFindsItsSequenceAgain() {
        MemoryCluster cluster = formed(5, 6);
        MemoryNode node = cluster.nodes().get(2);
        for (int i = 1; i < 9; i++) {
            node.claim(Nodes.claim("10.100.9.0/26", i));
        }
        cluster.run(5 * SECOND);
        node.crash();
        cluster.run(2 * SECOND);
        node.forgetSequence();
        node.start();
        await(cluster, 10, "back");
        cluster.run(20 * SECOND);
        for (MemoryNode other : cluster.nodes()) {
            if (other != node) {
                Member seen = other.gossip().member(node.id());
                assertEquals(node.gossip().own(), seen.record(), cluster.explain());
            }
        }
    }

    @Test
    void aNodeThatLeavesIsSeenToHaveLeftAndNotToDie() {
        MemoryCluster cluster = formed(10, 7);
        MemoryNode leaver = cluster.nodes().get(4);
        leaver.leave();
        cluster.run(2 * SECOND);
        leaver.stop();
        cluster.run(60 * SECOND);
        for (MemoryNode node : cluster.nodes()) {
            if (node != leaver) {
                assertEquals(MemberState.LEFT, node.stateOf(leaver), cluster.explain());
            }
        }
    }

    @Test
    void whoMissedAFarewellHearsOfItLater() {
        MemoryCluster cluster = formed(10, 71);
        MemoryNode away = cluster.nodes().get(2);
        MemoryNode leaver = cluster.nodes().get(4);
        cluster.connect((a, b) -> a != away && b != away);
        leaver.leave();
        cluster.run(2 * SECOND);
        leaver.stop();
        cluster.run(60 * SECOND);
        assertEquals(MemberState.DEAD, away.stateOf(leaver), cluster.explain());
        cluster.connect((_, _) -> true);
        cluster.run(40 * SECOND);
        assertEquals(MemberState.LEFT, away.stateOf(leaver), cluster.explain());
    }

    @Test
    void aLoneNodeAsksForRecoveryAfterFifteenSeconds() {
        MemoryCluster cluster = formed(2, 8);
        MemoryNode lone = cluster.nodes().getFirst();
        cluster.nodes().get(1).crash();
        cluster.run(14 * SECOND);
        assertEquals(0, lone.recoveries());
        cluster.run(40 * SECOND);
        assertTrue(lone.recoveries() >= 2, cluster.explain());
    }

    @Test
    void lossOnEveryOtherPathOfOneNodeDoesNotKillIt() {
        MemoryCluster cluster = formed(10, 9);
        MemoryNode half = cluster.nodes().get(3);
        cluster.connect(
                (a, b) -> {
                    MemoryNode other = a == half ? b : b == half ? a : null;
                    return other == null || cluster.nodes().indexOf(other) % 2 == 0;
                });
        cluster.run(120 * SECOND);
        for (MemoryNode node : cluster.nodes()) {
            assertTrue(node == half || node.stateOf(half) != MemberState.DEAD, cluster.explain());
        }
    }

    @Test
    void anIdleNodeSendsLittle() {
        MemoryCluster cluster = formed(40, 10);
        cluster.run(20 * SECOND);
        long before = cluster.sentBytes();
        cluster.run(100 * SECOND);
        long perNodeAndSecond = (cluster.sentBytes() - before) / 100 / 40;
        assertTrue(perNodeAndSecond < 300, () -> perNodeAndSecond + " B/s");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void machinesThatAllStoppedComeBackInAnyOrder(long seed) {
        MemoryCluster cluster = formed(20, 300 + seed);
        cluster.nodes().forEach(MemoryNode::lose);
        cluster.run(30 * SECOND);
        List<MemoryNode> order = new ArrayList<>(cluster.nodes());
        Collections.shuffle(order, cluster.random());
        for (MemoryNode node : order) {
            node.start();
            cluster.run(cluster.random().nextLong(2 * SECOND));
        }
        await(cluster, 15, "restarted");
        cluster.run(15 * SECOND);
        assertTrue(cluster.recordsAgree(), cluster::explain);
    }

    @Test
    void oneWayLinksKillNobody() {
        MemoryCluster cluster = formed(20, 31);
        cluster.connect((a, b) -> a.index() % 4 != 0 || b.index() % 4 != 1);
        cluster.run(300 * SECOND);
        assertEquals(0, cluster.falseDeaths(), cluster.explain());
        assertTrue(cluster.allAgree(), cluster::explain);
    }

    @Test
    void aMachineFromABackupWithItsClockSetBackComesBack() {
        MemoryCluster cluster = formed(10, 32);
        MemoryNode node = cluster.nodes().get(4);
        for (int i = 1; i < 5; i++) {
            node.claim(Nodes.claim("10.100.9.0/26", i));
        }
        cluster.run(5 * SECOND);
        node.lose();
        cluster.run(60 * SECOND);
        node.skewClock(-3600 * SECOND);
        node.forgetSequence();
        node.start();
        await(cluster, 30, "back");
        cluster.run(15 * SECOND);
        assertTrue(cluster.recordsAgree(), cluster::explain);
    }

    @Test
    void recordsConvergeWhileOnePacketInTenIsLost() {
        MemoryCluster cluster = formed(30, 33);
        cluster.loss(0.1);
        for (int i = 0; i < 60; i++) {
            MemoryNode node = cluster.nodes().get(cluster.random().nextInt(30));
            node.claim(Nodes.claim("10.100." + i + ".0/26", 1));
            cluster.run(SECOND / 10);
        }
        assertTrue(cluster.runUntilTrue(20 * SECOND, cluster::recordsAgree) >= 0, cluster::explain);
    }

    @Test
    void aTunnelThatOutlivesItsAgentCarriesTheNextOne() {
        MemoryCluster cluster = formed(10, 34);
        MemoryNode node = cluster.nodes().get(2);
        node.crash();
        cluster.run(SECOND);
        node.start();
        await(cluster, 6, "back");
        assertEquals(0, cluster.falseDeaths(), cluster.explain());
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        assertEquals(run(42), run(42));
    }

    private static String run(long seed) {
        MemoryCluster cluster = new MemoryCluster(seed);
        cluster.loss(0.1);
        cluster.form(6);
        cluster.run(30 * SECOND);
        return cluster.explain() + cluster.sentBytes();
    }

    private static MemoryCluster formed(int size, long seed) {
        MemoryCluster cluster = new MemoryCluster(seed);
        cluster.form(size);
        await(cluster, 10, "formed");
        cluster.run(5 * SECOND);
        return cluster;
    }

    private static void await(MemoryCluster cluster, int seconds, String what) {
        long took = cluster.runUntilTrue(seconds * SECOND, cluster::allAgree);
        assertTrue(took >= 0, () -> "not " + what + " in " + seconds + " s:\n" + cluster.explain());
        System.out.println(
                cluster.nodes().size() + " nodes, " + what + ": " + took / 1_000_000 + " ms");
    }

    private static void awaitClaim(MemoryCluster cluster, MemoryNode claimer) {
        long took =
                cluster.runUntilTrue(
                        15 * SECOND,
                        () -> {
                            for (MemoryNode node : cluster.nodes()) {
                                Member seen = node.gossip().member(claimer.id());
                                if (node != claimer
                                        && !seen.record().equals(claimer.gossip().own())) {
                                    return false;
                                }
                            }
                            return true;
                        });
        assertTrue(took >= 0, cluster::explain);
    }
}
