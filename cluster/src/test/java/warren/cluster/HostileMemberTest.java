// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import warren.wireguard.IpAddress;

/// A member that holds every key a member has, and says whatever it can.
final class HostileMemberTest {
    private static final long SECOND = MemoryCluster.SECOND;

    private final MemoryCluster cluster = new MemoryCluster(77);
    private final Random random = new Random(77);
    private final List<NodeRecord> old = new ArrayList<>();
    private final MemoryNode hostile;
    private final MemoryNode victim;

    HostileMemberTest() {
        cluster.form(12);
        cluster.run(10 * SECOND);
        hostile = cluster.nodes().get(3);
        victim = cluster.nodes().get(7);
        old.add(victim.gossip().own());
        victim.claim(Nodes.claim("10.100.9.0/26", 4));
        cluster.run(5 * SECOND);
    }

    @Test
    void aLiveNodeIsNotDeclaredDeadWhateverIsSaidOfIt() {
        for (int i = 0; i < 200; i++) {
            long sequence = victim.gossip().own().sequence();
            int incarnation =
                    random.nextBoolean() ? GossipLayout.MAX_INCARNATION : random.nextInt(90);
            for (MemoryNode other : honest()) {
                NodeId by = cluster.nodes().get(random.nextInt(12)).id();
                inject(
                        other,
                        GossipLayout.GOSSIP,
                        claim(victim, MemberState.SUSPECT, sequence, incarnation, by),
                        claim(victim, MemberState.DEAD, sequence, incarnation, by),
                        claim(victim, MemberState.ALIVE, sequence, incarnation - 1, by));
            }
            cluster.run(SECOND / 5);
        }
        assertEquals(0, cluster.falseDeaths(), cluster.explain());
        assertTrue(victim.gossip().own().sequence() < 150, "one record a second at most");
        cluster.run(20 * SECOND);
        assertTrue(cluster.allAgree(), cluster::explain);
        assertTrue(cluster.recordsAgree(), cluster::explain);
    }

    @Test
    void nobodyElseCanSayThatANodeHasLeft() {
        NodeRecord own = victim.gossip().own();
        for (MemoryNode other : honest()) {
            inject(other, GossipLayout.GOSSIP, GossipUpdate.node(own, MemberState.LEFT, 9));
            inject(
                    other,
                    GossipLayout.GOSSIP,
                    claim(victim, MemberState.LEFT, own.sequence(), 9, victim.id()));
        }
        NodeRecord forged =
                NodeRecord.sign(own.content().farewell(), hostile.identity(), Nodes.CLUSTER);
        inject(
                honest().getFirst(),
                GossipLayout.GOSSIP,
                GossipUpdate.node(forged, MemberState.LEFT, 9));
        for (MemoryNode other : honest()) {
            assertNotEquals(MemberState.LEFT, other.stateOf(victim));
        }
        cluster.run(10 * SECOND);
        assertTrue(
                honest().stream()
                        .filter(other -> other != victim)
                        .allMatch(other -> other.stateOf(victim) == MemberState.ALIVE),
                cluster::explain);
    }

    @Test
    void anotherNodesRecordIsNeitherChangedNorTakenBack() {
        NodeRecord newest = victim.gossip().own();
        byte[] changed = newest.toBytes();
        changed[60] ^= 1;
        for (MemoryNode other : honest()) {
            if (other != victim) {
                for (byte[] record : List.of(old.getFirst().toBytes(), changed)) {
                    inject(other, GossipLayout.GOSSIP, node(victim.id(), record));
                }
                assertEquals(newest, other.gossip().member(victim.id()).record());
            }
        }
    }

    @Test
    void aRecordUnderAnothersIdIsNotTaken() {
        Identity made = Nodes.identity(4711);
        NodeRecord record = Nodes.record(made, "made", 9);
        MemoryNode other = honest().getFirst();
        inject(other, GossipLayout.GOSSIP, node(victim.id(), record.toBytes()));
        assertNull(other.gossip().member(made.id()));
        assertNotEquals(record, other.gossip().member(victim.id()).record());
    }

    /// `node` with nothing but its record and secret, and another judge.
    private Gossip restarted(MemoryNode node, RecordJudge judge) {
        return new Gossip(
                Nodes.CLUSTER,
                node.identity(),
                node.gossip().own(),
                List.of(cluster.secret()),
                new Counter(),
                new Random(1),
                0,
                judge);
    }

    @Test
    void nodesMadeUpDoNotKeepRealOnesOut() {
        MemoryNode other = honest().getFirst();
        RecordJudge small =
                new RecordJudge(Nodes.CLUSTER) {
                    @Override
                    int most() {
                        return 20;
                    }
                };
        Gossip full = restarted(other, small);
        full.learn(List.of(new KnownNode(hostile.gossip().own(), MemberState.ALIVE, 1)), 0);
        for (int i = 0; i < 60; i++) {
            Identity made = Nodes.identity(9000 + i);
            full.onDatagram(
                    hostile.address(),
                    seal(
                            other,
                            GossipLayout.GOSSIP,
                            node(made.id(), Nodes.record(made, "m", 1).toBytes())),
                    1);
        }
        assertEquals(20, full.members().size());
        for (long now = 1; now < 60 * SECOND; now += SECOND / 10) {
            full.onTimer(now);
        }
        full.learn(
                List.of(new KnownNode(victim.gossip().own(), MemberState.ALIVE, 1)), 60 * SECOND);
        assertEquals(20, full.members().size());
        assertEquals(MemberState.ALIVE, full.member(victim.id()).state());
    }

    @Test
    void whatItGetsForWhatItSendsIsBounded() {
        for (int type = GossipLayout.PING; type <= GossipLayout.SYNC_WANT; type++) {
            Counter out = new Counter();
            Gossip gossip = crowded(out);
            long in = 0;
            byte[] body = provoking(type);
            for (int i = 0; i < 2000; i++) { // in one virtual second
                byte[] datagram = seal(honest().getFirst(), type, body);
                in += datagram.length;
                gossip.onDatagram(hostile.address(), datagram, SECOND + i * 500_000L);
            }
            System.out.printf("type %d: %d bytes in, %d out%n", type, in, out.bytes);
            assertTrue(
                    out.bytes < 3 * in + 100_000, "type " + type + ": " + out.bytes + " for " + in);
        }
    }

    @Test
    void aThousandRollCallsAreAnsweredOnce() {
        MemoryNode other = honest().getFirst();
        int before = other.gossip().known().getFirst().incarnation();
        for (int i = 0; i < 1000; i++) {
            inject(
                    other,
                    GossipLayout.GOSSIP,
                    GossipUpdate.rollCall(new GossipUpdate.RollCall(hostile.id(), i)));
        }
        assertEquals(before + 1, other.gossip().known().getFirst().incarnation());
    }

    /// Half a millisecond each: 1024 at once, and then fifty a second.
    @Test
    void onlySoManySignaturesAreVerifiedOnItsWord() {
        MemoryNode other = honest().getFirst();
        AtomicInteger verified = new AtomicInteger();
        RecordJudge unconvinced =
                new RecordJudge(Nodes.CLUSTER) {
                    @Override
                    boolean isGenuine(NodeRecord record) {
                        verified.incrementAndGet();
                        return !record.name().equals("made");
                    }
                };
        Gossip gossip = restarted(other, unconvinced);
        gossip.learn(hostile.gossip().known(), 0);
        verified.set(0);
        Identity made = Nodes.identity(4711);
        byte[] update = node(made.id(), Nodes.record(made, "made", 1).toBytes());
        byte[] datagram = seal(other, GossipLayout.GOSSIP, update, update);
        for (int i = 0; i < 600; i++) {
            gossip.onDatagram(hostile.address(), datagram, SECOND);
        }
        assertEquals(1024, verified.get());
        for (int i = 0; i < 100; i++) {
            gossip.onDatagram(hostile.address(), datagram, 2 * SECOND);
        }
        assertEquals(1024 + 50, verified.get());
        assertNull(gossip.member(made.id()));
    }

    /// It claims the whole network, in one record after the other: everybody goes on giving out
    /// addresses, and gives none up.
    @Test
    void aMemberThatClaimsTheWholeNetworkTakesNobodyAnAddress() {
        for (String whole : List.of("10.100.0.0/16", "10.0.0.0/8", "0.0.0.0/0", "10.100.0.0/25")) {
            hostile.claim(Nodes.claim(whole, 1), Nodes.claim("10.100.64.0/24", 1));
            cluster.run(5 * SECOND);
            for (MemoryNode node : honest()) {
                AddressPlan plan =
                        new AddressPlan(OverlayNetwork.DEFAULT, node.id(), new Random(1));
                plan.prepare(node.gossip().members(), cluster.now());
                List<Claim> claims = plan.claims();
                assertEquals(26, claims.getFirst().prefix().length());
                assertEquals(
                        List.of(),
                        plan.resolve(node.gossip().members(), cluster.now() + 9 * SECOND));
                assertEquals(claims, plan.claims(), node::name);
            }
        }
    }

    @Test
    void whatALaterVersionSaysIsSkippedAndTheRestIsTaken() {
        MemoryNode other = honest().getFirst();
        NodeRecord record = Nodes.record(Nodes.identity(5), "later", 3);
        byte[] unknownKind = new WireWriter().u8(200).u16(5).put(new byte[5]).toBytes();
        byte[] unknownState = GossipUpdate.node(record, MemberState.ALIVE, 1);
        unknownState[3 + NodeId.LENGTH] = 77;
        inject(
                other,
                GossipLayout.PING,
                unknownKind,
                unknownState,
                GossipUpdate.node(record, MemberState.ALIVE, 1));
        assertEquals(MemberState.ALIVE, other.gossip().member(record.id()).state());
        long before = other.gossip().dropped(GossipDrop.UNKNOWN_TYPE);
        inject(other, 99, new byte[40]);
        assertEquals(before + 1, other.gossip().dropped(GossipDrop.UNKNOWN_TYPE));
        assertEquals(0, cluster.falseDeaths(), cluster.explain());
    }

    /// A core that knows hundreds, some of them new.
    private Gossip crowded(Counter out) {
        MemoryNode as = honest().getFirst();
        Gossip gossip =
                new Gossip(
                        Nodes.CLUSTER,
                        as.identity(),
                        as.gossip().own(),
                        List.of(cluster.secret()),
                        out,
                        new Random(1),
                        0,
                        cluster.judge());
        List<KnownNode> nodes = new ArrayList<>(hostile.gossip().known());
        for (int i = 0; i < 300; i++) {
            nodes.add(
                    new KnownNode(
                            Nodes.record(Nodes.identity(20_000 + i), "m" + i, 1),
                            MemberState.ALIVE,
                            1));
        }
        gossip.learn(nodes, 0);
        out.bytes = 0;
        return gossip;
    }

    private byte[] provoking(int type) {
        WireWriter body = new WireWriter();
        switch (type) {
            case GossipLayout.PING_REQUEST -> body.put(victim.id());
            case GossipLayout.SYNC_ROOT -> body.u64(random.nextLong());
            case GossipLayout.SYNC_BUCKETS -> body.put(new byte[1024]);
            case GossipLayout.SYNC_ENTRIES -> {
                for (int i = 0; i < 256; i++) {
                    body.u8(i).u8(0);
                }
            }
            case GossipLayout.SYNC_WANT -> {
                for (int i = 0; i < 60; i++) {
                    body.put(Nodes.identity(20_000 + i).id());
                }
            }
            default -> {
                // no body
            }
        }
        return body.toBytes();
    }

    private List<MemoryNode> honest() {
        List<MemoryNode> honest = new ArrayList<>(cluster.nodes());
        honest.remove(hostile);
        return honest;
    }

    private void inject(MemoryNode to, int type, byte[]... updates) {
        to.receive(hostile, seal(to, type, updates));
    }

    private byte[] seal(MemoryNode to, int type, byte[]... updates) {
        WireWriter body = new WireWriter();
        for (byte[] update : updates) {
            body.put(update);
        }
        Gossip own = hostile.gossip();
        MemberEntry sender =
                new MemberEntry(
                        own.own(), MemberState.ALIVE, own.known().getFirst().incarnation(), 0);
        MemberEntry receiver = new MemberEntry(to.gossip().own(), MemberState.ALIVE, 1, 0);
        return new GossipSeal(hostile.identity(), List.of(cluster.secret()))
                .seal(receiver, sender, type, 1, body);
    }

    private static byte[] claim(
            MemoryNode about, MemberState state, long sequence, int incarnation, NodeId by) {
        return GossipUpdate.state(
                new GossipUpdate.State(about.id(), state, sequence, Math.max(0, incarnation), by));
    }

    private static byte[] node(NodeId about, byte[] record) {
        WireWriter body = new WireWriter().put(about).u8(1).varint(9).put(record);
        return new WireWriter().u8(GossipLayout.UPDATE_NODE).u16(body.length()).put(body).toBytes();
    }

    private static final class Counter implements Gossip.Outbox {
        private long bytes;

        @Override
        public void send(NodeId to, IpAddress address, byte[] payload) {
            bytes += payload.length;
        }

        @Override
        public void on(GossipEvent event) {
            // nothing to do
        }
    }
}
