// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An evicted node that knows all it knew as a member: the secret, everybody's records, its
/// identity. One member was down during the eviction.
final class EvictedNodeTest {
    private static final long SECOND = MemoryCluster.SECOND;

    private final Random random = new Random(5);
    private MemoryCluster cluster = new MemoryCluster(0);
    private MemoryNode evictor;
    private MemoryNode away;
    private MemoryNode out;

    EvictedNodeTest() {
        form(8, 40);
    }

    /// The last node is evicted by the first, while the last but one is down.
    private void form(int size, long seed) {
        cluster = new MemoryCluster(seed);
        cluster.form(size);
        assertTrue(cluster.runUntilTrue(10 * SECOND, cluster::allAgree) >= 0, cluster.trace());
        cluster.run(5 * SECOND);
        evictor = cluster.nodes().getFirst();
        away = cluster.nodes().get(size - 2);
        out = cluster.nodes().get(size - 1);
        away.crash();
        cluster.run(20 * SECOND);
        evictor.evict(out);
        cluster.run(10 * SECOND);
    }

    @ParameterizedTest
    @ValueSource(longs = {41, 42, 43, 44})
    void whomItReachedFirstComesBackAndItsEvictorStays(long seed) {
        form(8, seed);
        meetAlone();
        out.evict(evictor);
        cluster.run(20 * SECOND);
        assertTrue(away.gossip().isEvicted(evictor.id()), () -> "not misled: " + cluster.trace());
        cluster.connect((_, _) -> true);
        awaitAllWell();
    }

    /// Of those that are at odds each has one on its side here, and nobody can say who is right.
    @Test
    void inAClusterOfFourTheEvictedOneCanTakeItsEvictorAlong() {
        form(4, 45);
        meetAlone();
        out.evict(evictor);
        cluster.run(20 * SECOND);
        cluster.connect((_, _) -> true);
        cluster.run(90 * SECOND);
        MemoryNode other = cluster.nodes().get(1);
        for (MemoryNode node : List.of(away, other)) {
            assertTrue(node.gossip().isEvicted(out.id()), cluster.trace());
            assertTrue(node.gossip().isEvicted(evictor.id()), cluster.trace());
            assertEquals(tag(other), tag(node), cluster.trace());
        }
    }

    @Test
    void whomItTalkedIntoEvictingEverybodyComesBack() {
        meetAlone();
        for (MemoryNode node : cluster.nodes().subList(0, 6)) {
            out.evict(node);
            cluster.run(3 * SECOND);
        }
        cluster.connect((_, _) -> true);
        awaitAllWell();
    }

    /// Identities made up with the old secret, which evict all whom their maker could not.
    @Test
    void identitiesItMakesUpHaveNoSayWithAMemberThatIsCutOff() {
        cluster.connect((_, _) -> false);
        Set<MemoryNode> astray = new HashSet<>(Set.of(away, out));
        List<MemoryNode> madeUp = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            MemoryNode node = cluster.boot();
            madeUp.add(node);
            astray.add(node);
        }
        cluster.connect((a, b) -> astray.contains(a) == astray.contains(b));
        away.start();
        cluster.run(5 * SECOND);
        madeUp.forEach(node -> node.join(away));
        cluster.run(10 * SECOND);
        for (MemoryNode node : madeUp) {
            cluster.nodes().subList(0, 6).forEach(node::evict);
            cluster.run(SECOND);
        }
        out.evict(evictor);
        cluster.run(20 * SECOND);
        for (MemoryNode node : cluster.nodes().subList(1, 6)) {
            assertFalse(
                    away.gossip().isEvicted(node.id()),
                    () -> madeUp + " " + away.gossip().evictions() + cluster.trace());
        }
        cluster.connect((_, _) -> true);
        awaitAllWell(madeUp.toArray(MemoryNode[]::new));
        cluster.run(90 * SECOND);
        assertEquals(6, away.gossip().members().size(), cluster.trace());
    }

    /// A new secret, and beside it the hash of members that are not: whom the giver does not name
    /// would be dropped.
    @Test
    void aSecretFromItDoesNotMakeAMemberForgetTheOthers() {
        meetAlone();
        ClusterSecret secret = new ClusterSecret(2, Nodes.secret(99).toBytes());
        Rotation rotation = Rotation.sign(secret, Evictions.NONE, out.identity(), Nodes.CLUSTER);
        WireWriter body = new WireWriter().put(rotation.toBytes()).put(secret.toBytes()).u64(4711);
        cluster.says((node, _) -> node != out); // also when it is asked who belongs here
        inject(away, GossipLayout.SECRET, body.toBytes());
        assertEquals(secret, away.gossip().epochs().getFirst().secret(), "not led astray");
        cluster.run(150 * SECOND);
        assertEquals(7, away.gossip().members().size(), cluster.trace());
        cluster.connect((_, _) -> true);
        awaitAllWell();
    }

    @Test
    void recordsAndClaimsThatItReplaysOrForgesBringItNotBack() {
        NodeRecord old = out.gossip().own();
        NodeRecord newer =
                NodeRecord.sign(old.content().withSequence(99), out.identity(), Nodes.CLUSTER);
        NodeRecord victims = cluster.nodes().get(2).gossip().own();
        away.start();
        cluster.run(30 * SECOND);
        for (MemoryNode to : present()) {
            for (MemoryNode mouth : List.of(out, cluster.nodes().get(3), away)) {
                for (NodeRecord record : List.of(old, newer)) {
                    for (MemberState state : MemberState.values()) {
                        inject(mouth, to, GossipUpdate.node(record, state, 7));
                        inject(mouth, to, claim(out.id(), state, record.sequence()));
                    }
                }
            }
            inject(out, to, claim(victims.id(), MemberState.DEAD, victims.sequence()));
            inject(out, to, GossipUpdate.node(victims, MemberState.LEFT, 7));
        }
        cluster.run(30 * SECOND);
        for (MemoryNode node : present()) {
            assertNull(node.stateOf(out), cluster.trace());
            assertTrue(node.gossip().isEvicted(out.id()));
        }
        awaitAllWell();
    }

    @Test
    void itJoinsNowhereNeitherAsItselfNorAsAnother() {
        away.start();
        cluster.run(30 * SECOND);
        out.crash();
        out.start();
        MemoryNode fresh = cluster.boot();
        for (MemoryNode at : present()) {
            if (at != fresh) {
                assertEquals(JoinFailure.EVICTED, denial(out.join(at)), at::name);
                assertEquals(JoinFailure.OUTDATED, denial(fresh.join(at)), at::name);
            }
        }
        cluster.run(30 * SECOND);
        awaitAllWell(fresh);
    }

    /// One member keeps the eviction to itself: the one that was down, which at first can reach
    /// only it, hears from the others.
    @Test
    void anEvictionThatAMemberHidesReachesTheOneThatWasDown() {
        MemoryNode hider = cluster.nodes().get(2);
        cluster.says((node, payload) -> node != hider || !tells(payload));
        Set<MemoryNode> some = Set.of(hider, away, out);
        cluster.connect((a, b) -> some.contains(a) && some.contains(b));
        away.start();
        cluster.run(30 * SECOND);
        assertFalse(away.gossip().isEvicted(out.id()), "the member does not hide it");
        cluster.connect((a, b) -> a != out && b != out);
        awaitAllWell();
        assertNull(away.stateOf(out));
    }

    /// News, secrets, and everything about evictions.
    private static boolean tells(byte[] payload) {
        return payload[1] == GossipLayout.GOSSIP || payload[1] >= GossipLayout.SECRET;
    }

    private void meetAlone() {
        cluster.connect((a, b) -> (a == away || a == out) == (b == away || b == out));
        away.start();
        cluster.run(10 * SECOND);
    }

    private List<MemoryNode> present() {
        return cluster.nodes().stream().filter(node -> node != out && node.isRunning()).toList();
    }

    /// Everybody but the evicted one agrees on who is a member, who is out, and on the secret.
    private void awaitAllWell(MemoryNode... strangers) {
        Set<MemoryNode> not = new HashSet<>(List.of(strangers));
        List<MemoryNode> members = new ArrayList<>(present());
        members.removeAll(not);
        long took =
                cluster.runUntilTrue(
                        180 * SECOND,
                        () -> members.stream().allMatch(node -> isWell(node, members)));
        assertTrue(took >= 0, () -> describe(members) + cluster.trace());
        System.out.println("all well after " + took / SECOND + " s");
        for (MemoryNode node : members) {
            for (GossipEvent event : node.events()) {
                boolean wrong =
                        node != away
                                && event instanceof GossipEvent.Evicted(Eviction it, boolean _)
                                && !it.evicted().equals(out.id());
                assertFalse(wrong, () -> node + " believed " + event);
            }
        }
    }

    private boolean isWell(MemoryNode node, List<MemoryNode> members) {
        List<Eviction> evictions = node.gossip().evictions();
        boolean same = tag(node) == tag(evictor) && evictions.size() == 1;
        for (MemoryNode other : members) {
            same &= other == node || node.stateOf(other) == MemberState.ALIVE;
        }
        return same && node.gossip().isEvicted(out.id());
    }

    private static String describe(List<MemoryNode> members) {
        StringBuilder text = new StringBuilder();
        for (MemoryNode node : members) {
            text.append(node).append(' ').append(node.gossip().epochs().getFirst().rotation());
            text.append(' ').append(node.gossip().evictions()).append(' ');
            text.append(node.gossip().members().size()).append('\n');
        }
        return text.toString();
    }

    private void inject(MemoryNode to, int type, byte[] body) {
        inject(out, to, type, body);
    }

    private void inject(MemoryNode mouth, MemoryNode to, byte[] update) {
        inject(mouth, to, GossipLayout.GOSSIP, update);
    }

    private void inject(MemoryNode mouth, MemoryNode to, int type, byte[] body) {
        if (mouth == to) {
            return;
        }
        MemberEntry sender =
                new MemberEntry(mouth.gossip().own(), MemberState.ALIVE, random.nextInt(9), 0);
        MemberEntry receiver = new MemberEntry(to.gossip().own(), MemberState.ALIVE, 1, 0);
        List<ClusterSecret> secrets = mouth.gossip().epochs().stream().map(Epoch::secret).toList();
        byte[] datagram =
                new GossipSeal(mouth.identity(), secrets)
                        .seal(receiver, sender, type, 1, new WireWriter().put(body));
        to.receive(mouth, datagram);
    }

    private static byte[] claim(NodeId about, MemberState state, long sequence) {
        return GossipUpdate.state(new GossipUpdate.State(about, state, sequence, 9, about));
    }

    private static int tag(MemoryNode node) {
        return node.gossip().epochs().getFirst().tag();
    }

    private static JoinFailure denial(List<JoinStep> ends) {
        return ((JoinStep.Failed) ends.getLast()).reason();
    }
}
