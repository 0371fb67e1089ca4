// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import warren.wireguard.IpAddress;

/// Rotations, evictions, secrets, vouching and bulk streams: whatever a member, or one that was
/// evicted, says of them. Sealed with the right keys, so that the fuzzer gets behind the MACs.
final class StatementFuzzTest {
    private static final Identity MEMBER = Nodes.identity(1);
    private static final Identity OTHER = Nodes.identity(2);
    private static final NodeRecord OWN = Nodes.record(MEMBER, "member", 1);
    private static final NodeRecord THEIRS = Nodes.record(OTHER, "other", 1);
    private static final List<ClusterSecret> SECRETS = List.of(Nodes.secret(1));
    private static final IpAddress FROM = NodeAddress.of(Nodes.CLUSTER, OTHER.id());
    private static final int TYPES = GossipLayout.BELONG - GossipLayout.SECRET + 1;

    @FuzzTest
    void rotation(byte[] bytes) {
        Rotation parsed = Rotation.parse(bytes);
        if (parsed != null && !parsed.equals(Rotation.parse(parsed.toBytes()))) {
            throw new AssertionError("a rotation that is not read back");
        }
    }

    @FuzzTest
    void eviction(byte[] bytes) {
        Eviction parsed = Eviction.parse(bytes);
        if (parsed != null && !parsed.equals(Eviction.parse(parsed.toBytes()))) {
            throw new AssertionError("an eviction that is not read back");
        }
    }

    /// Parts of `type | length | body` of the datagrams that carry secrets, evictions and names of
    /// members.
    @FuzzTest
    void secretsEvictionsAndMembers(byte[] bytes) {
        Gossip gossip = gossip(MEMBER, OWN, THEIRS);
        WireReader in = new WireReader(bytes);
        for (int i = 0; i < 8 && in.remaining() > 1; i++) {
            int type = GossipLayout.SECRET + Math.floorMod(in.u8(), TYPES);
            byte[] body = in.take(Math.min(in.remaining(), 4 * in.u8()));
            gossip.onDatagram(FROM, seal(type, new WireWriter().put(body)), i * 3_000_000_000L);
        }
        gossip.onTimer(60_000_000_000L);
    }

    /// A rotation that its author really signed, with an eviction beside it, and whatever number,
    /// cover and members it says.
    @FuzzTest
    void genuineStatements(byte[] bytes) {
        Gossip gossip = gossip(MEMBER, OWN, THEIRS);
        WireReader in = new WireReader(Arrays.copyOf(bytes, 64));
        int number = 2 + (in.u32() & 0xffff);
        ClusterSecret secret = new ClusterSecret(number, Nodes.secret(3).toBytes());
        Rotation rotation = Rotation.sign(secret, in.u64(), OTHER, Nodes.CLUSTER);
        NodeId whom = (in.u8() & 1) == 0 ? MEMBER.id() : in.id();
        int epoch = 1 + (in.u32() & 0xffff);
        Eviction eviction = Eviction.sign(whom, "x", epoch, OTHER, Nodes.CLUSTER);
        WireWriter body =
                new WireWriter()
                        .put(rotation.toBytes())
                        .put(secret.toBytes())
                        .u64(in.u64())
                        .put(GossipUpdate.evicted(eviction));
        gossip.onDatagram(FROM, seal(GossipLayout.SECRET, body), 1);
        gossip.onTimer(70_000_000_000L);
        if (gossip.epochs().isEmpty() || gossip.epochs().size() > Epochs.KEPT) {
            throw new AssertionError("secrets held: " + gossip.epochs());
        }
    }

    /// Behind the checksum, too.
    @FuzzTest
    void evictionsAndSecretsFiles(byte[] bytes) {
        for (byte[] file : List.of(bytes, file(StateFiles.EVICTIONS, bytes))) {
            try {
                List<Eviction> parsed = StateFiles.parseEvictions(file);
                if (!parsed.equals(StateFiles.parseEvictions(StateFiles.evictions(parsed)))) {
                    throw new AssertionError("evictions that are not read back");
                }
            } catch (IllegalArgumentException _) { // as promised
            }
        }
        for (byte[] file : List.of(bytes, file(StateFiles.SECRETS, bytes))) {
            try {
                StateFiles.parseSecrets(file);
            } catch (IllegalArgumentException _) { // as promised
            }
        }
    }

    private static byte[] file(int kind, byte[] body) {
        return StateFiles.seal(kind, new WireWriter().put(body));
    }

    /// Frames of `type | length | body` on a stream that was opened to us.
    @FuzzTest
    void bulkToResponder(byte[] bytes) {
        BulkSync responder = gossip(MEMBER, OWN, THEIRS).acceptBulk(FROM);
        Frames frames = new Frames(true, new byte[BulkSync.NONCE_LENGTH]);
        WireWriter hello = new WireWriter().u32(SECRETS.getFirst().tag()).put(frames.nonce);
        if (responder == null || responder.onFrame(frames.seal(BulkSync.HELLO, hello), 1) != null) {
            throw new AssertionError("a genuine stream is refused");
        }
        frames.hear(responder.next());
        converse(responder, frames, bytes);
    }

    /// The same from whom we called.
    @FuzzTest
    void bulkToInitiator(byte[] bytes) {
        BulkSync initiator = gossip(MEMBER, OWN, THEIRS).startBulk(OTHER.id());
        if (initiator == null) {
            throw new AssertionError("a member is not called");
        }
        Frames frames = new Frames(false, new byte[BulkSync.NONCE_LENGTH]);
        frames.hear(initiator.next());
        WireWriter hello = new WireWriter().u32(SECRETS.getFirst().tag()).put(frames.nonce);
        hello.put(new byte[GossipLayout.BUCKETS * GossipLayout.BUCKET_LENGTH]);
        if (initiator.onFrame(frames.seal(BulkSync.HELLO, hello), 1) != null) {
            throw new AssertionError("a genuine answer is refused");
        }
        converse(initiator, frames, bytes);
    }

    private static void converse(BulkSync stream, Frames frames, byte[] bytes) {
        WireReader in = new WireReader(bytes);
        for (int i = 0; i < 16 && in.remaining() > 1; i++) {
            for (byte[] sent = stream.next(); sent != null; sent = stream.next()) {
                if (sent.length > BulkSync.MAX_FRAME) {
                    throw new AssertionError("a frame too long");
                }
            }
            int type = in.u8() & 7;
            byte[] body = in.take(Math.min(in.remaining(), 8 * in.u8()));
            if (stream.onFrame(frames.seal(type, new WireWriter().put(body)), 2 + i) != null) {
                return;
            }
        }
        stream.onFrame(bytes, 99);
    }

    private static byte[] seal(int type, WireWriter body) {
        MemberEntry member = new MemberEntry(OWN, MemberState.ALIVE, 1, 0);
        MemberEntry other = new MemberEntry(THEIRS, MemberState.ALIVE, 1, 0);
        return new GossipSeal(OTHER, SECRETS).seal(member, other, type, 1, body);
    }

    private static Gossip gossip(Identity identity, NodeRecord own, NodeRecord other) {
        Gossip gossip =
                new Gossip(
                        Nodes.CLUSTER,
                        identity,
                        own,
                        SECRETS,
                        new Gossip.Outbox() {
                            @Override
                            public void send(NodeId to, IpAddress at, byte[] payload) {
                                if (payload.length > Gossip.MAX_DATAGRAM) {
                                    throw new AssertionError("a datagram too long");
                                }
                            }

                            @Override
                            public void on(GossipEvent event) {
                                // whatever it says, it may
                            }
                        },
                        new Random(1),
                        0);
        gossip.learn(List.of(new KnownNode(other, MemberState.ALIVE, 1)), 0);
        return gossip;
    }

    /// The other end of a stream, as [BulkSync] seals: nonces and number of the frame are covered.
    private static final class Frames {
        private final GossipSeal seal = new GossipSeal(OTHER, SECRETS);
        private final MemberEntry to = new MemberEntry(OWN, MemberState.ALIVE, 1, 0);
        private final boolean initiator;
        private final byte[] nonce;
        private byte[] heard = {};
        private int number;

        Frames(boolean initiator, byte[] nonce) {
            this.initiator = initiator;
            this.nonce = nonce;
        }

        /// Takes the nonce from the other's HELLO.
        void hear(byte[] hello) {
            heard = Arrays.copyOfRange(hello, 5, 5 + BulkSync.NONCE_LENGTH);
        }

        byte[] seal(int type, WireWriter body) {
            byte[] covered = new WireWriter().u8(type).put(body.toBytes()).toBytes();
            WireWriter context = new WireWriter().u8(initiator ? 1 : 2).u32(number);
            boolean opening = initiator && number == 0;
            number++;
            context.put(initiator ? nonce : heard);
            if (!opening) {
                context.put(initiator ? heard : nonce);
            }
            int tag = SECRETS.getFirst().tag();
            byte[] mac = seal.streamMac(to, tag, true, context.toBytes(), covered);
            return new WireWriter().put(covered).put(mac).toBytes();
        }
    }
}
