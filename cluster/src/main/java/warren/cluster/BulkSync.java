// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import warren.cluster.GossipDatagram.Bucket;

/// One comparison of everything two nodes know, over a reliable stream inside the tunnel: what
/// anti-entropy by datagrams does, for thousands of differences at once. Pure, and confined to
/// the gossip loop like the [Gossip] it comes from.
///
/// The owner carries frames, each behind its length, in both directions: it writes what
/// [#next] gives as the stream takes it, hands what arrives to [#onFrame], and closes the stream
/// when [#isDone()], when `onFrame` gives a reason, or when nothing moved for some seconds.
///
/// ```
/// A -> B  HELLO     epoch, nonce
/// A <- B  HELLO     epoch, nonce, hashes of B's buckets
/// A -> B  ENTRIES   what A has in the buckets that differ, in short; any number of frames
/// A -> B  END
/// A <- B  UPDATES   what A lacks, or has older
/// A <- B  WANT      what B lacks, or has older
/// A <- B  END
/// A -> B  UPDATES   that
/// A -> B  END
/// ```
///
/// A frame is `type (1) | body | MAC (16)`. The MAC covers the direction, both nonces as far as
/// they are known and the number of the frame, so that no frame counts twice or elsewhere.
public final class BulkSync {
    /// The longest frame. About fifty records, and twenty-five milliseconds of verification.
    public static final int MAX_FRAME = 16 * 1024;

    static final int HELLO = 1;
    static final int ENTRIES = 2;
    static final int WANT = 3;
    static final int UPDATES = 4;
    static final int END = 5;

    static final int NONCE_LENGTH = 16;
    private static final int ROOM = MAX_FRAME - 1 - GossipLayout.MAC_LENGTH;

    /// Whose turn it is. The peer's frames are taken only in the phases that wait for them.
    private enum Phase {
        SEND_HELLO,
        AWAIT_HELLO,
        SEND_ENTRIES,
        AWAIT_ENTRIES,
        SEND_ANSWER,
        AWAIT_ANSWER,
        SEND_WANTED,
        AWAIT_WANTED,
        DONE
    }

    /// What a stream needs of the core.
    record Parts(
            GossipSeal seal,
            SyncTree tree,
            AntiEntropy antiEntropy,
            UpdateIntake updates,
            Vouching vouching) {}

    private final Parts parts;
    private final MemberEntry peer;
    private final boolean initiator;
    private final byte[] nonce;
    private byte[] peerNonce = {};
    private int epoch;
    private Phase phase;
    private int framesOut;
    private int framesIn;

    /// Buckets to list for the other side; for tests, too.
    final Deque<Integer> buckets = new ArrayDeque<>();

    private final BitSet compared = new BitSet(GossipLayout.BUCKETS);
    private final AntiEntropy.Differences differences = new AntiEntropy.Differences();
    private final Deque<byte[]> updates = new ArrayDeque<>();
    private final Deque<NodeId> asked = new ArrayDeque<>();
    private final Set<NodeId> answered = new LinkedHashSet<>();

    BulkSync(Parts parts, MemberEntry peer, boolean initiator, byte[] nonce) {
        this.parts = parts;
        this.peer = peer;
        this.initiator = initiator;
        this.nonce = nonce;
        this.epoch = parts.seal.epochFor(peer);
        this.phase = initiator ? Phase.SEND_HELLO : Phase.AWAIT_HELLO;
    }

    public NodeId peer() {
        return peer.id;
    }

    /// Whether all was said and heard; [#next] may still have a last frame.
    public boolean isDone() {
        return phase == Phase.DONE;
    }

    /// The next frame to write; null where the other side has to speak first.
    public byte @Nullable [] next() {
        return switch (phase) {
            case SEND_HELLO -> hello();
            case SEND_ENTRIES -> entries();
            case SEND_ANSWER -> answer();
            case SEND_WANTED -> wanted();
            case AWAIT_HELLO, AWAIT_ENTRIES, AWAIT_ANSWER, AWAIT_WANTED, DONE -> null;
        };
    }

    /// Takes a frame of the peer.
    ///
    /// @param frame not kept
    /// @return why the stream must be closed; null where it goes on
    public @Nullable GossipDrop onFrame(byte[] frame, long nowNanos) {
        if (frame.length < 1 + GossipLayout.MAC_LENGTH) {
            return GossipDrop.TOO_SHORT;
        }
        if (frame.length > MAX_FRAME) {
            return GossipDrop.TOO_LONG;
        }
        WireReader in = new WireReader(frame, 0, frame.length - GossipLayout.MAC_LENGTH);
        int type = in.u8();
        if (type == HELLO) {
            return onHello(frame, in);
        }
        GossipDrop drop = check(frame);
        return drop == null ? onGenuine(type, in, nowNanos) : drop;
    }

    private @Nullable GossipDrop onGenuine(int type, WireReader in, long nowNanos) {
        boolean taken =
                switch (phase) {
                    case AWAIT_ENTRIES -> onEntries(type, in, nowNanos);
                    case AWAIT_ANSWER -> onAnswer(type, in, nowNanos);
                    case AWAIT_WANTED -> onWanted(type, in, nowNanos);
                    case SEND_HELLO, AWAIT_HELLO, SEND_ENTRIES, SEND_ANSWER, SEND_WANTED, DONE ->
                            false;
                };
        return taken && !in.failed() ? null : GossipDrop.BAD_BODY;
    }

    private byte[] hello() {
        WireWriter body = new WireWriter().u32(epoch).put(nonce);
        if (!initiator) {
            for (int bucket : parts.tree.buckets()) {
                body.u32(bucket);
            }
        }
        byte[] frame = seal(HELLO, body);
        become(initiator ? Phase.AWAIT_HELLO : Phase.AWAIT_ENTRIES);
        return frame;
    }

    private @Nullable GossipDrop onHello(byte[] frame, WireReader in) {
        epoch = in.u32();
        byte[] theirs = in.take(NONCE_LENGTH);
        if (phase != Phase.AWAIT_HELLO || in.failed()) {
            return GossipDrop.BAD_BODY;
        }
        peerNonce = theirs;
        GossipDrop drop = check(frame);
        if (drop != null) {
            return drop;
        }
        if (!initiator) {
            become(Phase.SEND_HELLO);
            return null;
        }
        int[] mine = parts.tree.buckets();
        for (int i = 0; i < mine.length; i++) {
            if (in.u32() != mine[i]) {
                buckets.add(i);
            }
        }
        become(Phase.SEND_ENTRIES);
        return in.failed() ? GossipDrop.BAD_BODY : null;
    }

    private byte[] entries() {
        WireWriter body = new WireWriter();
        Integer number = buckets.peek();
        while (number != null) {
            WireWriter one = new WireWriter();
            GossipDatagram.write(one, parts.tree.bucket(number));
            if (body.length() + one.length() > ROOM) {
                break;
            }
            body.put(one);
            buckets.remove();
            number = buckets.peek();
        }
        if (body.length() == 0) {
            become(Phase.AWAIT_ANSWER);
            return seal(END, body);
        }
        return seal(ENTRIES, body);
    }

    private boolean onEntries(int type, WireReader in, long nowNanos) {
        if (type == ENTRIES
                && GossipDatagram.parse(GossipLayout.SYNC_ENTRIES, in, peer.id)
                        instanceof GossipDatagram.SyncEntries(List<Bucket> theirs)) {
            for (Bucket bucket : theirs) {
                if (compared.get(bucket.number())) {
                    return false; // each adds what the peer lacks of it: once is enough
                }
                compared.set(bucket.number());
            }
            parts.antiEntropy.compare(peer, theirs, differences, nowNanos);
            return differences.wanted().size() <= RecordJudge.MAX_RECORDS;
        }
        if (type == END) {
            updates.addAll(differences.states());
            become(Phase.SEND_ANSWER);
        }
        return type == END;
    }

    private byte[] answer() {
        byte[] frame = updates(differences.nodes());
        if (frame != null) {
            return frame;
        }
        WireWriter ids = new WireWriter();
        List<NodeId> wanted = differences.wanted();
        while (!wanted.isEmpty() && ids.length() + NodeId.LENGTH <= ROOM) {
            ids.put(wanted.removeLast());
        }
        if (ids.length() > 0) {
            return seal(WANT, ids);
        }
        become(Phase.AWAIT_WANTED);
        return seal(END, ids);
    }

    private boolean onAnswer(int type, WireReader in, long nowNanos) {
        switch (type) {
            case UPDATES ->
                    parts.updates.apply(peer, GossipUpdate.read(in, peer.id), false, nowNanos);
            case WANT -> {
                while (in.remaining() >= NodeId.LENGTH) {
                    NodeId id = in.id();
                    if (answered.size() < RecordJudge.MAX_RECORDS && answered.add(id)) {
                        asked.add(id); // each at most once, however often asked for
                    }
                }
            }
            case END -> become(Phase.SEND_WANTED);
            default -> {
                return false;
            }
        }
        return true;
    }

    private byte[] wanted() {
        byte[] frame = updates(asked);
        if (frame != null) {
            return frame;
        }
        become(Phase.DONE);
        return seal(END, new WireWriter());
    }

    private boolean onWanted(int type, WireReader in, long nowNanos) {
        if (type == UPDATES) {
            parts.updates.apply(peer, GossipUpdate.read(in, peer.id), false, nowNanos);
        } else if (type == END) {
            become(Phase.DONE);
        }
        return type == UPDATES || type == END;
    }

    /// A frame of queued updates and then of the records of `ids`; null where both are used up.
    private byte @Nullable [] updates(Deque<NodeId> ids) {
        WireWriter body = new WireWriter();
        while (true) {
            if (updates.isEmpty() && !ids.isEmpty()) {
                byte[] update = parts.antiEntropy.node(ids.remove());
                if (update != null) {
                    updates.add(update);
                }
                continue;
            }
            byte[] update = updates.peek();
            if (update == null || body.length() + update.length > ROOM) {
                return body.length() == 0 ? null : seal(UPDATES, body);
            }
            body.put(updates.remove());
        }
    }

    private void become(Phase next) {
        phase = next;
    }

    private byte[] seal(int type, WireWriter body) {
        byte[] covered = new WireWriter().u8(type).put(body.toBytes()).toBytes();
        byte[] context = context(initiator, framesOut++);
        byte[] mac = parts.seal.streamMac(peer, epoch, true, context, covered);
        if (mac == null) {
            throw new IllegalStateException("an epoch that was just chosen");
        }
        return new WireWriter().put(covered).put(mac).toBytes();
    }

    private @Nullable GossipDrop check(byte[] frame) {
        int end = frame.length - GossipLayout.MAC_LENGTH;
        byte[] context = context(!initiator, framesIn++);
        byte[] covered = Arrays.copyOf(frame, end);
        byte[] mac = parts.seal.streamMac(peer, epoch, false, context, covered);
        if (mac == null) {
            return GossipDrop.UNKNOWN_EPOCH;
        }
        if (!MessageDigest.isEqual(mac, Arrays.copyOfRange(frame, end, frame.length))) {
            return GossipDrop.BAD_MAC;
        }
        parts.vouching.heard(peer, epoch);
        return null;
    }

    /// The initiator's nonce, the responder's, and the number of the frame. Of the first frame
    /// of the initiator the responder's nonce is not known: it is empty there on both sides.
    private byte[] context(boolean byInitiator, int number) {
        byte[] first = initiator ? nonce : peerNonce;
        byte[] second = initiator ? peerNonce : nonce;
        boolean opening = byInitiator && number == 0;
        WireWriter context = new WireWriter().u8(byInitiator ? 1 : 2).u32(number).put(first);
        return (opening ? context : context.put(second)).toBytes();
    }
}
