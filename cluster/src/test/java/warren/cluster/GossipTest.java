// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
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
    private final MemberEntry target =
            new MemberEntry(own, NodeAddress.of(Nodes.CLUSTER, self.id()), MemberState.ALIVE, 1, 0);

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
        byte[] ping = seal(peer, GossipLayout.PING, new byte[0]);
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
        gossip.onDatagram(peerAddress, other.seal(target, GossipLayout.PING, 1, 1, new byte[0]), 1);
        assertEquals(1, gossip.dropped(GossipDrop.BAD_MAC));
        GossipSeal later =
                new GossipSeal(peer, List.of(new ClusterSecret(2, Nodes.secret(1).toBytes())));
        gossip.onDatagram(peerAddress, later.seal(target, GossipLayout.PING, 1, 1, new byte[0]), 1);
        assertEquals(1, gossip.dropped(GossipDrop.UNKNOWN_EPOCH));
    }

    @Test
    void suspicionOfUsIsRefutedWithALaterIncarnation() {
        receive(
                GossipLayout.PING,
                GossipUpdate.state(self.id(), MemberState.SUSPECT, 1, peer.id()));
        assertEquals(2, gossip.known().getFirst().incarnation());
        assertEquals(2, recorder.incarnation(), "the answer says so at once");
    }

    @Test
    void deadByHearsayIsSuspectUntilOurOwnSuspicionRunsOut() {
        learnThird(MemberState.ALIVE, 4);
        byte[] dead = GossipUpdate.state(third.id(), MemberState.DEAD, 4, peer.id());
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
        receive(
                GossipLayout.GOSSIP,
                GossipUpdate.state(third.id(), MemberState.SUSPECT, 3, peer.id()));
        receive(
                GossipLayout.GOSSIP,
                GossipUpdate.state(third.id(), MemberState.LEFT, 3, peer.id()));
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
        gossip.onTimer(3 * SECOND);
        gossip.onTimer(4 * SECOND); // the peer never answers, so it is suspect
        assertEquals(MemberState.SUSPECT, gossip.member(peer.id()).state());
        gossip.onTimer(3600 * SECOND);
        assertEquals(MemberState.SUSPECT, gossip.member(peer.id()).state());
        for (long now = 3600 * SECOND; now < 3620 * SECOND; now += SECOND / 10) {
            gossip.onTimer(now);
        }
        assertEquals(MemberState.DEAD, gossip.member(peer.id()).state());
    }

    @Test
    void whoLeftIsForgottenAfterDaysAndNotTakenBackFromHearsay() {
        learnThird(MemberState.ALIVE, 1);
        receive(
                GossipLayout.GOSSIP,
                GossipUpdate.state(third.id(), MemberState.LEFT, 1, third.id()));
        gossip.onTimer(GossipLayout.TOMBSTONE + SECOND);
        assertNull(gossip.member(third.id()));
        assertTrue(recorder.events.contains(new GossipEvent.Forgotten(third.id())));
        learnThird(MemberState.LEFT, 1);
        assertNull(gossip.member(third.id()));
    }

    @Test
    void twentyThousandHostileDatagramsChangeNothing() {
        Random random = new Random(5);
        byte[] valid = seal(peer, GossipLayout.GOSSIP, GossipUpdate.node(own, MemberState.DEAD, 1));
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
        assertEquals(18 * SECOND, Suspicion.timeoutNanos(1000, 0));
    }

    @Test
    void theRingIsMutualAndConnected() {
        for (int n : new int[] {2, 13, 14, 15, 40, 333}) {
            List<NodeId> ids = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                ids.add(new NodeId(0, i));
            }
            for (NodeId id : ids) {
                List<NodeId> peers = Ring.peers(id, ids);
                assertEquals(Math.min(n - 1, GossipLayout.RING_PEERS), peers.size(), "n " + n);
                for (NodeId other : peers) {
                    assertTrue(Ring.peers(other, ids).contains(id), "n " + n);
                }
            }
        }
    }

    private void learnThird(MemberState state, int incarnation) {
        receive(
                GossipLayout.GOSSIP,
                GossipUpdate.node(Nodes.record(third, "third", 1), state, incarnation));
    }

    private void receive(int type, byte[] body) {
        gossip.onDatagram(peerAddress, seal(peer, type, body), 1);
    }

    private byte[] seal(Identity from, int type, byte[] body) {
        return new GossipSeal(from, secrets).seal(target, type, 1, 7, body);
    }

    private static final class Recorder implements Gossip.Outbox {
        private final List<byte[]> sent = new ArrayList<>();
        private final List<GossipEvent> events = new ArrayList<>();

        @Override
        public void send(NodeId to, IpAddress address, byte[] payload) {
            sent.add(payload);
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
