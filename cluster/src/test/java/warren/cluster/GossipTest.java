// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import warren.wireguard.IpAddress;

final class GossipTest {
    private static final long SECOND = GossipLayout.SECOND;

    private final Identity self = Nodes.identity(1);
    private final Identity peer = Nodes.identity(2);
    private final Identity third = Nodes.identity(3);
    private final List<ClusterSecret> secrets = List.of(Nodes.secret(1));
    private final NodeRecord own = Nodes.record(self, "own", 5);
    private final NodeRecord peerRecord = Nodes.record(peer, "peer", 1);
    private final IpAddress peerAddress = NodeAddress.of(Nodes.CLUSTER, peer.id());
    private final Recorder recorder = new Recorder();
    private final Gossip gossip =
            new Gossip(Nodes.CLUSTER, self, own, secrets, recorder, new Random(1), 0);
    private final MemberEntry target = new MemberEntry(own, MemberState.ALIVE, 1, 0);

    GossipTest() {
        gossip.learn(List.of(new KnownNode(peerRecord, MemberState.ALIVE, 1)), 0);
        recorder.sent.clear();
        recorder.events.clear();
    }

    @Test
    void aGenuinePingIsAnswered() {
        receive(GossipLayout.PING, new byte[0]);
        assertEquals(List.of(GossipLayout.ACK), recorder.types());
    }

    @Test
    void whatIsNotGenuineIsDroppedAndCounted() {
        byte[] ping = seal(GossipLayout.PING, new byte[0]);
        byte[] changed = ping.clone();
        changed[7] ^= 1;
        gossip.onDatagram(peerAddress, changed, 1);
        assertEquals(1, gossip.dropped(GossipDrop.BAD_MAC));
        gossip.onDatagram(NodeAddress.of(Nodes.CLUSTER, third.id()), ping, 1);
        gossip.onDatagram(NodeAddress.of(new ClusterId(9), peer.id()), ping, 1);
        assertEquals(2, gossip.dropped(GossipDrop.UNKNOWN_SENDER));
        gossip.onDatagram(peerAddress, new byte[5], 1);
        assertEquals(1, gossip.dropped(GossipDrop.TOO_SHORT));
        gossip.onDatagram(peerAddress, new byte[1101], 1);
        assertEquals(1, gossip.dropped(GossipDrop.TOO_LONG));
        byte[] version = ping.clone();
        version[0] = 9;
        gossip.onDatagram(peerAddress, version, 1);
        assertEquals(1, gossip.dropped(GossipDrop.UNKNOWN_VERSION));
        assertTrue(recorder.sent.isEmpty());
        assertTrue(recorder.events.isEmpty());
    }

    @Test
    void aDatagramOfOursTurnedRoundIsNotGenuine() {
        receive(GossipLayout.PING, new byte[0]);
        gossip.onDatagram(peerAddress, recorder.sent.getFirst(), 1);
        assertEquals(1, gossip.dropped(GossipDrop.BAD_MAC));
    }

    @Test
    void anotherSecretIsNotBelieved() {
        GossipSeal other =
                new GossipSeal(peer, List.of(new ClusterSecret(1, Nodes.secret(2).toBytes())));
        gossip.onDatagram(peerAddress, seal(other, GossipLayout.PING, new byte[0]), 1);
        assertEquals(1, gossip.dropped(GossipDrop.BAD_MAC));
        GossipSeal later =
                new GossipSeal(peer, List.of(new ClusterSecret(2, Nodes.secret(1).toBytes())));
        gossip.onDatagram(peerAddress, seal(later, GossipLayout.PING, new byte[0]), 1);
        assertEquals(1, gossip.dropped(GossipDrop.UNKNOWN_EPOCH));
    }

    @Test
    void suspicionOfUsIsRefutedWithALaterIncarnation() {
        receive(GossipLayout.PING, state(self.id(), MemberState.SUSPECT, 5, 1));
        assertEquals(2, gossip.known().getFirst().incarnation());
        assertEquals(2, recorder.incarnation(), "the answer says so at once");
    }

    @Test
    void deadByHearsayIsSuspectUntilOurOwnSuspicionRunsOut() {
        learnThird(MemberState.ALIVE, 4);
        byte[] dead = state(third.id(), MemberState.DEAD, 1, 4);
        receive(GossipLayout.GOSSIP, dead);
        assertEquals(MemberState.SUSPECT, gossip.member(third.id()).state());
        long start = 1;
        for (long now = start; now < start + 20 * SECOND; now += SECOND / 10) {
            gossip.onTimer(now);
        }
        assertEquals(MemberState.DEAD, gossip.member(third.id()).state());
    }

    @Test
    void anOlderIncarnationSaysNothing() {
        learnThird(MemberState.ALIVE, 4);
        receive(GossipLayout.GOSSIP, state(third.id(), MemberState.SUSPECT, 1, 3));
        assertEquals(MemberState.ALIVE, gossip.member(third.id()).state());
    }

    @Test
    void aForgedRecordIsNotTaken() {
        byte[] bytes = Nodes.record(third, "third", 1).toBytes();
        bytes[bytes.length - 1] ^= 1;
        NodeRecord forged = (NodeRecord) NodeRecord.parse(bytes);
        receive(GossipLayout.GOSSIP, GossipUpdate.node(forged, MemberState.ALIVE, 1));
        assertNull(gossip.member(third.id()));
        NodeRecord replay = Nodes.record(peer, "older", 1);
        receive(
                GossipLayout.GOSSIP,
                GossipUpdate.node(Nodes.record(peer, "newer", 2), MemberState.ALIVE, 1));
        receive(GossipLayout.GOSSIP, GossipUpdate.node(replay, MemberState.ALIVE, 1));
        assertEquals("newer", gossip.member(peer.id()).record().name());
    }

    @Test
    void aNewerRecordOfOursIsReportedAndMustBeExceeded() {
        receive(
                GossipLayout.GOSSIP,
                GossipUpdate.node(Nodes.record(self, "own", 9), MemberState.ALIVE, 1));
        assertEquals(List.of(new GossipEvent.OwnRecordOutrun(9, 77)), recorder.events);
        assertThrows(IllegalArgumentException.class, () -> gossip.publish(own, 1));
        gossip.publish(Nodes.record(self, "own", 10), 1);
        assertEquals(10, gossip.own().sequence());
    }

    @Test
    void aMachineThatWasSuspendedDoesNotDeclareOthersDead() {
        gossip.onTimer(13 * SECOND);
        gossip.onTimer(14 * SECOND); // the peer never answers, so it is suspect
        assertEquals(MemberState.SUSPECT, gossip.member(peer.id()).state());
        gossip.onTimer(3600 * SECOND);
        assertEquals(MemberState.SUSPECT, gossip.member(peer.id()).state());
        for (long now = 3600 * SECOND; now < 3620 * SECOND; now += SECOND / 10) {
            gossip.onTimer(now);
        }
        assertEquals(MemberState.DEAD, gossip.member(peer.id()).state());
    }

    @Test
    void theEndOfAnEarlierSuspicionDoesNotEndALaterOne() {
        learnThird(MemberState.ALIVE, 4);
        receive(GossipLayout.GOSSIP, state(third.id(), MemberState.SUSPECT, 1, 4));
        gossip.onTimer(5 * SECOND);
        learnThird(MemberState.ALIVE, 5);
        assertEquals(MemberState.ALIVE, gossip.member(third.id()).state());
        receive(5 * SECOND, GossipLayout.GOSSIP, state(third.id(), MemberState.SUSPECT, 1, 5));
        for (long now = 5 * SECOND; now < 8 * SECOND; now += SECOND / 10) {
            gossip.onTimer(now);
        }
        assertEquals(MemberState.SUSPECT, gossip.member(third.id()).state());
        for (long now = 8 * SECOND; now < 12 * SECOND; now += SECOND / 10) {
            gossip.onTimer(now);
        }
        assertEquals(MemberState.DEAD, gossip.member(third.id()).state());
    }

    @Test
    void aSuspectIsToldThatItIsOneAndGetsNoOtherNews() {
        receive(GossipLayout.GOSSIP, state(peer.id(), MemberState.SUSPECT, 1, 1));
        learnThird(MemberState.ALIVE, 1);
        recorder.sent.clear();
        recorder.receivers.clear();
        for (long now = SECOND; now < 3 * SECOND; now += SECOND / 10) {
            gossip.onTimer(now);
        }
        int toThird = 0;
        for (int i = 0; i < recorder.sent.size(); i++) {
            int length = recorder.sent.get(i).length;
            if (recorder.receivers.get(i).equals(peer.id())) {
                int view = 3 + 10 + 1 + 1 + 1 + 10;
                assertTrue(length <= 14 + 10 + view + 16, () -> "" + length);
            } else {
                toThird += length > 14 + 16 + 40 ? 1 : 0;
            }
        }
        assertTrue(toThird > 0, "the others hear of what is new");
    }

    @Test
    void fourDeadHereAndAliveThereAreTheEndOfAPartitionOnlyOnceNobodyDies() {
        List<KnownNode> others = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            NodeRecord record = Nodes.record(Nodes.identity(40 + i), "n" + i, 1);
            others.add(new KnownNode(record, MemberState.ALIVE, 1));
        }
        gossip.learn(others, 1);
        for (KnownNode other : others) {
            receive(GossipLayout.GOSSIP, state(other.record().id(), MemberState.SUSPECT, 1, 1));
        }
        for (long now = 0; now < 7 * SECOND; now += SECOND / 10) {
            gossip.onTimer(now);
            receive(now, GossipLayout.PING, new byte[0]); // the peer stays alive
        }
        for (KnownNode other : others) {
            assertEquals(MemberState.DEAD, gossip.member(other.record().id()).state());
        }
        byte[] alive = entries(others);
        receive(7 * SECOND, GossipLayout.SYNC_ENTRIES, alive);
        assertEquals(1, gossip.known().getFirst().incarnation(), "it may have just begun");
        receive(20 * SECOND, GossipLayout.SYNC_ENTRIES, alive);
        assertEquals(2, gossip.known().getFirst().incarnation());
    }

    private static byte[] entries(List<KnownNode> nodes) {
        WireWriter out = new WireWriter();
        for (KnownNode node : nodes) {
            NodeRecord record = node.record();
            GossipDatagram.Entry entry =
                    new GossipDatagram.Entry(
                            record.id(),
                            record.sequence(),
                            record.tag(),
                            node.state(),
                            node.incarnation());
            GossipDatagram.write(
                    out, new GossipDatagram.Bucket(SyncTree.bucketOf(record.id()), List.of(entry)));
        }
        return out.toBytes();
    }

    @Test
    void whoIsEvictedWhileItIsProbedIsNeitherSuspectNorDead() {
        learnThird(MemberState.ALIVE, 1);
        long now = 0;
        for (; now < 6 * SECOND + SECOND / 3; now += SECOND / 10) {
            gossip.onTimer(now); // nobody answers, and both are too new to be suspect
        }
        assertEquals(MemberState.ALIVE, gossip.member(peer.id()).state());
        gossip.evict(peer.id(), "peer", new byte[32], now);
        recorder.events.clear();
        for (; now < 120 * SECOND; now += SECOND / 10) {
            gossip.onTimer(now);
        }
        for (GossipEvent event : recorder.events) {
            if (event instanceof GossipEvent.MemberChanged(Member member)) {
                assertEquals(third.id(), member.record().id());
            }
        }
        assertEquals(1, gossip.members().size());
        assertEquals(MemberState.DEAD, gossip.member(third.id()).state());
    }

    @Test
    void whoKnowsLittleAsksForAStreamWhereMostPartsDiffer() {
        receive(SECOND, GossipLayout.SYNC_BUCKETS, bucketsThatDiffer(203));
        assertEquals(List.of(new GossipEvent.BulkDue(peer.id(), peerAddress)), recorder.events);
        assertFalse(recorder.types().contains(GossipLayout.SYNC_ENTRIES), "not both at once");
        recorder.sent.clear();
        for (long now = SECOND; now < 3 * SECOND; now += SECOND / 10) {
            gossip.onTimer(now);
        }
        assertTrue(recorder.types().contains(GossipLayout.SYNC_ROOT), "whatever became of it");
    }

    @Test
    void fewerPartsThatDifferAreListedInDatagrams() {
        receive(SECOND, GossipLayout.SYNC_BUCKETS, bucketsThatDiffer(202));
        assertEquals(List.of(), recorder.events);
        assertTrue(recorder.types().contains(GossipLayout.SYNC_ENTRIES));
    }

    @Test
    void aStreamIsAskedForOnceInTenSeconds() {
        byte[] buckets = bucketsThatDiffer(256);
        receive(SECOND, GossipLayout.SYNC_BUCKETS, buckets);
        receive(11 * SECOND - 1, GossipLayout.SYNC_BUCKETS, buckets);
        assertEquals(1, recorder.events.size());
        assertTrue(recorder.types().contains(GossipLayout.SYNC_ENTRIES), "meanwhile by datagrams");
        receive(11 * SECOND, GossipLayout.SYNC_BUCKETS, buckets);
        assertEquals(2, recorder.events.size());
    }

    /// The hashes of our parts, the first of them changed.
    private byte[] bucketsThatDiffer(int count) {
        receive(1, GossipLayout.SYNC_ROOT, new byte[8]);
        assertEquals(GossipLayout.SYNC_BUCKETS, recorder.types().getLast());
        byte[] answer = recorder.sent.getLast();
        byte[] hashes =
                Arrays.copyOfRange(
                        answer,
                        GossipLayout.HEADER_LENGTH,
                        answer.length - GossipLayout.MAC_LENGTH);
        for (int i = 0; i < count; i++) {
            hashes[i * GossipLayout.BUCKET_LENGTH] ^= 1;
        }
        recorder.sent.clear();
        return hashes;
    }

    @Test
    void aNumberTakesAsManyBytesAsWereFoundBeforehand() {
        for (int bits = 0; bits < 63; bits++) {
            for (long value : new long[] {(1L << bits) - 1, 1L << bits}) {
                int length = new WireWriter().varint(value).length();
                assertEquals(length, WireWriter.varintLength(value), "of " + value);
            }
        }
    }

    @Test
    void whoLeftIsForgottenAfterDaysAndNotTakenBackFromHearsay() {
        learnThird(MemberState.ALIVE, 1);
        NodeRecord farewell =
                NodeRecord.sign(Nodes.content("third", 1).farewell(), third, Nodes.CLUSTER);
        receive(GossipLayout.GOSSIP, GossipUpdate.node(farewell, MemberState.LEFT, 1));
        assertEquals(MemberState.LEFT, gossip.member(third.id()).state());
        learnThird(MemberState.ALIVE, 7);
        assertEquals(MemberState.LEFT, gossip.member(third.id()).state());
        gossip.onTimer(GossipLayout.TOMBSTONE + SECOND);
        assertNull(gossip.member(third.id()));
        assertTrue(recorder.events.contains(new GossipEvent.Forgotten(third.id())));
        receive(GossipLayout.GOSSIP, GossipUpdate.node(farewell, MemberState.LEFT, 1));
        assertNull(gossip.member(third.id()));
    }

    @Test
    void twentyThousandHostileDatagramsChangeNothing() {
        Random random = new Random(5);
        byte[] valid = seal(GossipLayout.GOSSIP, GossipUpdate.node(own, MemberState.DEAD, 1));
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = random.nextBoolean() ? valid.clone() : new byte[random.nextInt(1200)];
            int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
            for (int j = at; j < Math.min(bytes.length, at + 40); j++) {
                bytes[j] = (byte) (bytes[j] ^ (1 + random.nextInt(255)));
            }
            gossip.onDatagram(peerAddress, bytes, 1);
        }
        assertTrue(recorder.sent.isEmpty());
        assertTrue(recorder.events.isEmpty());
        assertEquals(1, gossip.known().getFirst().incarnation());
    }

    @Test
    void anAuthenticMemberCannotMakeUsSendWithoutBound() {
        for (int i = 0; i < 5000; i++) {
            receive(GossipLayout.SYNC_ROOT, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
            receive(GossipLayout.SYNC_WANT, self.id().toBytes());
            receive(GossipLayout.SYNC_BUCKETS, new byte[1024]);
        }
        assertTrue(recorder.sent.size() <= GossipLayout.BUDGET, () -> "" + recorder.sent.size());
    }

    @Test
    void suspicionIsShorterTheMoreConfirmItAndLongerInLargeClusters() {
        assertEquals(6 * SECOND, Suspicion.timeoutNanos(2, 0));
        assertEquals(6 * SECOND, Suspicion.timeoutNanos(10, 0));
        assertEquals(4 * SECOND, Suspicion.timeoutNanos(10, 3));
        assertEquals(4 * SECOND, Suspicion.timeoutNanos(10, 9));
        assertTrue(Suspicion.timeoutNanos(10, 1) < Suspicion.timeoutNanos(10, 0));
        assertEquals(6 * SECOND, Suspicion.timeoutNanos(1000, 3));
        assertEquals(9 * SECOND, Suspicion.timeoutNanos(1000, 0));
    }

    @Test
    void theRingIsMutualAndConnected() {
        for (int n : new int[] {2, 13, 14, 15, 40, 333}) {
            List<Integer> offsets = Ring.offsets(n);
            assertEquals(Math.min(n - 1, GossipLayout.RING_PEERS), offsets.size(), "n " + n);
            for (int offset : offsets) {
                assertTrue(offset > 0 && offset < n, "n " + n);
                assertTrue(offsets.contains(n - offset), "n " + n);
            }
        }
    }

    private void learnThird(MemberState state, int incarnation) {
        receive(
                GossipLayout.GOSSIP,
                GossipUpdate.node(Nodes.record(third, "third", 1), state, incarnation));
    }

    private void receive(int type, byte[] body) {
        receive(1, type, body);
    }

    private void receive(long nowNanos, int type, byte[] body) {
        gossip.onDatagram(peerAddress, seal(type, body), nowNanos);
    }

    private static byte[] state(NodeId about, MemberState state, long sequence, int incarnation) {
        NodeId by = Nodes.identity(2).id();
        return GossipUpdate.state(new GossipUpdate.State(about, state, sequence, incarnation, by));
    }

    private byte[] seal(int type, byte[] body) {
        return seal(new GossipSeal(peer, secrets), type, body);
    }

    private byte[] seal(GossipSeal seal, int type, byte[] body) {
        MemberEntry sender = new MemberEntry(peerRecord, MemberState.ALIVE, 1, 0);
        return seal.seal(target, sender, type, 7, new WireWriter().put(body));
    }

    private static final class Recorder implements Gossip.Outbox {
        private final List<byte[]> sent = new ArrayList<>();
        private final List<NodeId> receivers = new ArrayList<>();
        private final List<GossipEvent> events = new ArrayList<>();

        @Override
        public void send(NodeId to, IpAddress address, byte[] payload) {
            sent.add(payload);
            receivers.add(to);
        }

        @Override
        public void on(GossipEvent event) {
            events.add(event);
        }

        List<Integer> types() {
            return sent.stream().map(bytes -> (int) bytes[1]).toList();
        }

        int incarnation() {
            return GossipDatagram.Header.read(new WireReader(sent.getLast())).incarnation();
        }
    }
}
