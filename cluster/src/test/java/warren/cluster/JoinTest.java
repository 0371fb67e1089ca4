// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import warren.wireguard.IpAddress;

final class JoinTest {
    private static final ClusterSecret SECRET = Nodes.secret(1);
    private static final String HOST = "192.0.2.1:51821";

    private final Identity newcomer = Nodes.identity(1);
    private final Identity member = Nodes.identity(2);
    private final List<KnownNode> known = new ArrayList<>();
    private final Set<NodeId> evicted = new HashSet<>();
    private final List<KnownNode> installed = new ArrayList<>();
    private final Random random = new Random(99);
    private final List<Eviction> evictions = new ArrayList<>();
    private Epoch newest;
    private boolean vouched;

    JoinTest() {
        known.add(new KnownNode(Nodes.record(member, "member", 3), MemberState.ALIVE, 4));
    }

    @Test
    void aNewcomerIsInstalledBeforeItIsAnsweredAndReceivesEveryRecord() {
        for (int i = 10; i < 90; i++) { // more than one chunk
            known.add(KnownNode.unheard(Nodes.record(Nodes.identity(i), "n" + i, i)));
        }
        List<JoinStep> ends = run(initiator(SECRET), responder());
        assertEquals(1, installed.size());
        assertEquals(newcomer.id(), installed.getFirst().record().id());
        JoinStep.Joined joined = assertInstanceOf(JoinStep.Joined.class, ends.getLast());
        assertEquals(known, joined.nodes());
        assertEquals("lab", joined.cluster().name());
        assertEquals(OverlayNetwork.DEFAULT, joined.cluster().network());
        assertEquals(member.id(), joined.responder().id());
    }

    @Test
    void theWrongSecretGetsOneClearErrorAndOneFixedFrame() {
        List<byte[]> down = new ArrayList<>();
        List<JoinStep> ends =
                JoinPipe.run(
                        initiator(Nodes.secret(2)),
                        responder(),
                        installed::add,
                        JoinPipe.Middle.of(bytes -> bytes, bytes -> keep(bytes, down)));
        JoinStep.Failed failed = assertInstanceOf(JoinStep.Failed.class, ends.getLast());
        assertEquals(JoinFailure.WRONG_SECRET, failed.reason());
        assertEquals(
                "the cluster secret in this token is not that of the cluster at " + HOST,
                failed.message());
        assertEquals(1, down.size());
        assertArrayEquals(new byte[] {0, 2, 3, 1}, down.getFirst());
        assertTrue(installed.isEmpty());
    }

    @Test
    void theRightSecretOfAnotherClusterIsRefused() {
        ClusterId other = new ClusterId(5);
        NodeRecord record = NodeRecord.sign(Nodes.content("new", 1), newcomer, other);
        JoinInitiator initiator = new JoinInitiator(HOST, other, SECRET, newcomer, record, random);
        assertEquals(JoinFailure.WRONG_SECRET, failure(run(initiator, responder())));
    }

    @Test
    void anOlderSecretLetsInOnlyWhoWasKnownAndBringsTheNewest() {
        ClusterSecret older = Nodes.secret(8);
        byte[] fresh = Nodes.secret(9).toBytes();
        ClusterSecret second = new ClusterSecret(2, fresh);
        Rotation rotation = Rotation.sign(second, Evictions.NONE, member, Nodes.CLUSTER);
        newest = new Epoch(second, rotation);
        List<ClusterSecret> secrets = List.of(second, older);
        JoinFailure refused = failure(run(initiator(older), responder(secrets)));
        assertEquals(JoinFailure.OUTDATED, refused);
        assertTrue(installed.isEmpty());

        vouched = true;
        JoinStep.Joined joined =
                assertInstanceOf(
                        JoinStep.Joined.class, run(initiator(older), responder(secrets)).getLast());
        assertEquals(second, joined.news().secret());
        assertEquals(rotation, joined.news().rotation());
        assertEquals(older.tag(), joined.news().provenUnder());
    }

    @Test
    void whoProvesTheNewestSecretIsNotSentIt() {
        ClusterSecret second = new ClusterSecret(2, Nodes.secret(9).toBytes());
        newest = new Epoch(second, Rotation.sign(second, 5, member, Nodes.CLUSTER));
        for (int i = 0; i < 200; i++) { // more than one chunk
            Identity author = Nodes.identity(100 + i % 3);
            NodeId out = new NodeId(1, i);
            evictions.add(Eviction.sign(out, "x" + i, 1, author, Nodes.CLUSTER));
        }
        JoinStep.Joined joined =
                assertInstanceOf(
                        JoinStep.Joined.class,
                        run(initiator(second), responder(List.of(second, SECRET))).getLast());
        assertNull(joined.news().secret());
        assertEquals(newest.rotation(), joined.news().rotation());
        assertEquals(evictions, joined.news().evictions());
    }

    private JoinResponder responder(List<ClusterSecret> secrets) {
        return new JoinResponder(Nodes.CLUSTER, secrets, member, new Port(), random);
    }

    @Test
    void aCapturedJoinReplayedInstallsNobody() {
        List<byte[]> up = new ArrayList<>();
        JoinPipe.run(
                initiator(SECRET),
                responder(),
                installed::add,
                JoinPipe.Middle.of(bytes -> keep(bytes, up), bytes -> bytes));
        assertEquals(1, installed.size());
        JoinResponder replayed = responder();
        List<JoinStep> steps = new ArrayList<>();
        for (byte[] bytes : up) {
            steps.addAll(replayed.onBytes(bytes));
        }
        assertInstanceOf(JoinStep.Send.class, steps.getFirst());
        assertEquals(JoinFailure.MALFORMED, failure(steps));
        assertEquals(2, steps.size());
    }

    @Test
    void aBitFlippedAnywhereOnTheWayEndsTheJoin() {
        for (int frame = 0; frame < 6; frame++) {
            for (int bit = 0; bit < 64 * 8; bit += 57) {
                Flip flip = new Flip(frame, bit);
                installed.clear();
                List<JoinStep> ends =
                        JoinPipe.run(initiator(SECRET), responder(), installed::add, flip);
                if (flip.flipped) {
                    assertInstanceOf(
                            JoinStep.Failed.class,
                            ends.getLast(),
                            "frame " + frame + " bit " + bit);
                    assertTrue(frame > 2 || installed.isEmpty());
                }
            }
        }
    }

    @Test
    void bytesMayComeInAnyPieces() {
        JoinInitiator initiator = initiator(SECRET);
        JoinResponder responder = responder();
        List<JoinStep> up = initiator.start();
        JoinStep last = up.getLast();
        while (!(last instanceof JoinStep.Joined)) {
            List<JoinStep> down = new ArrayList<>();
            for (byte b : bytes(up)) {
                down.addAll(responder.onBytes(new byte[] {b}));
            }
            if (down.getLast() instanceof JoinStep.Install) {
                down.addAll(responder.installed());
            }
            up = new ArrayList<>();
            for (byte b : bytes(down)) {
                up.addAll(initiator.onBytes(new byte[] {b}));
            }
            last = up.getLast();
        }
        initiator.close();
        responder.close();
    }

    @Test
    void anEvictedNodeIsDenied() {
        evicted.add(newcomer.id());
        assertEquals(JoinFailure.EVICTED, failure(run(initiator(SECRET), responder())));
        assertTrue(installed.isEmpty());
    }

    @Test
    void aNodeKnownWithANewerRecordIsToldWhichNumberToExceed() {
        known.add(KnownNode.unheard(Nodes.record(newcomer, "new", 41)));
        JoinStep.Failed failed =
                assertInstanceOf(
                        JoinStep.Failed.class, run(initiator(SECRET), responder()).getLast());
        assertEquals(JoinFailure.OUTRUN, failed.reason());
        assertEquals(41, failed.sequence());
        assertTrue(installed.isEmpty());
    }

    @Test
    void aKnownNodeComesBackWithItsIncarnation() {
        known.add(new KnownNode(Nodes.record(newcomer, "new", 1), MemberState.DEAD, 9));
        run(initiator(SECRET), responder());
        assertEquals(MemberState.ALIVE, installed.getFirst().state());
        assertEquals(9, installed.getFirst().incarnation());
    }

    @Test
    void someoneElsesRecordIsNoProofOfWho() {
        NodeRecord stolen = Nodes.record(Nodes.identity(5), "victim", 8);
        JoinInitiator thief =
                new JoinInitiator(HOST, Nodes.CLUSTER, SECRET, newcomer, stolen, random);
        assertEquals(JoinFailure.BAD_PROOF, failure(run(thief, responder())));
        assertTrue(installed.isEmpty());
    }

    @Test
    void hostileBytesAreAnsweredWithValuesNeverExceptions() {
        Random hostile = new Random(4);
        for (int i = 0; i < 500; i++) {
            byte[] bytes = new byte[hostile.nextInt(200)];
            hostile.nextBytes(bytes);
            if (bytes.length > 4 && hostile.nextBoolean()) {
                bytes[0] = 0;
                bytes[1] = (byte) Math.min(50, bytes.length - 2);
                bytes[2] = (byte) hostile.nextInt(6);
                bytes[3] = 1;
            }
            JoinResponder responder = responder();
            responder.onBytes(bytes);
            responder.onEnd();
            JoinInitiator initiator = initiator(SECRET);
            initiator.start();
            initiator.onBytes(bytes);
            initiator.onEnd();
        }
        assertTrue(installed.isEmpty());
    }

    @Test
    void aStreamThatEndsEarlySaysSo() {
        JoinInitiator initiator = initiator(SECRET);
        initiator.start();
        assertEquals(JoinFailure.CLOSED, failure(initiator.onEnd()));
        assertTrue(initiator.onBytes(new byte[100]).isEmpty());
        assertThrows(IllegalStateException.class, () -> responder().installed());
    }

    @Test
    void theLimiterStopsOneSourceAndNotTheNext() {
        JoinLimiter limiter = new JoinLimiter();
        IpAddress source = IpAddress.parse("2001:db8::1");
        int admitted = 0;
        for (int i = 0; i < 20; i++) {
            admitted += limiter.admit(source, 0) ? 1 : 0;
        }
        assertEquals(5, admitted);
        assertTrue(!limiter.admit(IpAddress.parse("2001:db8::2"), 0), "the same /64");
        assertTrue(limiter.admit(IpAddress.parse("192.0.2.1"), 0));
        assertTrue(limiter.admit(source, 2_000_000_000L));
    }

    private JoinInitiator initiator(ClusterSecret secret) {
        NodeRecord record = Nodes.record(newcomer, "new", 1);
        return new JoinInitiator(HOST, Nodes.CLUSTER, secret, newcomer, record, random);
    }

    private JoinResponder responder() {
        return new JoinResponder(Nodes.CLUSTER, List.of(SECRET), member, new Port(), random);
    }

    private List<JoinStep> run(JoinInitiator initiator, JoinResponder responder) {
        return JoinPipe.run(initiator, responder, installed::add);
    }

    private static JoinFailure failure(List<JoinStep> steps) {
        return assertInstanceOf(JoinStep.Failed.class, steps.getLast()).reason();
    }

    private static byte[] keep(byte[] bytes, List<byte[]> where) {
        where.add(bytes);
        return bytes;
    }

    private static byte[] bytes(List<JoinStep> steps) {
        WireWriter out = new WireWriter();
        for (JoinStep step : steps) {
            if (step instanceof JoinStep.Send(byte[] sent)) {
                out.put(sent);
            }
        }
        return out.toBytes();
    }

    /// Flips one bit of one frame, counted over both directions; not of the length before it,
    /// which would only make the other side wait.
    private static final class Flip implements JoinPipe.Middle {
        private final int frame;
        private final int bit;
        private int seen;
        private boolean flipped;

        Flip(int frame, int bit) {
            this.frame = frame;
            this.bit = bit;
        }

        @Override
        public byte[] toResponder(byte[] bytes) {
            return flip(bytes);
        }

        @Override
        public byte[] toInitiator(byte[] bytes) {
            return flip(bytes);
        }

        private byte[] flip(byte[] bytes) {
            int at = 2 + bit / 8;
            if (seen++ != frame || at >= bytes.length) {
                return bytes;
            }
            byte[] changed = Arrays.copyOf(bytes, bytes.length);
            changed[at] ^= (byte) (1 << (bit % 8));
            flipped = true;
            return changed;
        }
    }

    private final class Port implements JoinResponder.Cluster {
        @Override
        public ClusterDescriptor descriptor() {
            return new ClusterDescriptor(Nodes.CLUSTER, "lab", OverlayNetwork.DEFAULT, 1);
        }

        @Override
        public boolean isVouchedFor(NodeId id) {
            return vouched;
        }

        @Override
        public Epoch newest() {
            return newest;
        }

        @Override
        public List<Eviction> evictions() {
            return evictions;
        }

        @Override
        public boolean isEvicted(NodeId id) {
            return evicted.contains(id);
        }

        @Override
        public List<KnownNode> known() {
            return known;
        }
    }
}
