// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The handshakes with one peer, in both roles. The two do not disturb each other: when both sides
/// begin at once, both handshakes may complete, and the slots of [KeypairSlots] bear it.
///
/// Guarded by `this`, which is held through key agreements: nothing on the data path takes it
/// except to begin a handshake of this very peer. Our identity is passed in by callers that hold
/// the device's state lock.
final class PeerHandshake {
    private final Device device;
    private final Peer peer;

    /// When the next initiation may be sent: at most one in 5 s (whitepaper section 6.1).
    private final Deadline nextInitiation = new Deadline();

    @GuardedBy("this")
    private final PeerCookie cookie;

    @GuardedBy("this")
    private PresharedKey preshared = PresharedKey.none();

    /// The shared secret of the two static keys; null without an identity, and for a peer whose
    /// key is a point of small order, with whom there is no handshake.
    @GuardedBy("this")
    private byte @Nullable [] staticShared;

    @GuardedBy("this")
    private @Nullable OutgoingInitiation outgoing;

    /// The greatest timestamp accepted: an initiation must be newer. Outlives sessions.
    @GuardedBy("this")
    private Tai64n greatestTimestamp = Tai64n.ZERO;

    /// No initiation is accepted before.
    @GuardedBy("this")
    private final Deadline floodLimit = new Deadline();

    PeerHandshake(Device device, Peer peer) {
        this.device = device;
        this.peer = peer;
        this.cookie = new PeerCookie(peer.publicKey());
    }

    synchronized PresharedKey presharedKey() {
        return new PresharedKey(preshared.toBytes());
    }

    synchronized void setPresharedKey(PresharedKey key) {
        preshared.destroy();
        preshared = new PresharedKey(key.toBytes());
    }

    /// Our key has changed: nothing begun under the old one can go on.
    synchronized void setIdentity(@Nullable Identity identity) {
        clear();
        if (staticShared != null) {
            Arrays.fill(staticShared, (byte) 0);
        }
        staticShared = identity == null ? null : identity.agree(peer.publicKey().toBytes());
    }

    /// Forgets the handshake in progress, and when the last one was sent.
    synchronized void clear() {
        nextInitiation.cancel();
        cookie.forget();
        abandon();
    }

    /// The peer is removed: wipes what only it was for.
    synchronized void destroy() {
        setIdentity(null);
        preshared.destroy();
    }

    /// Whether an initiation was sent less than 5 s ago. Lock-free: asked for each run of packets
    /// that waits.
    boolean initiatedRecently(long nowNanos) {
        return nextInitiation.isAhead(nowNanos);
    }

    /// Begins a handshake, unless one was begun just now.
    synchronized void initiate(Identity self, Endpoint to, long nowNanos, Outbox outbox) {
        if (initiatedRecently(nowNanos) || staticShared == null) {
            return;
        }
        abandon();
        IndexTable.Entry entry = device.indices().allocate(peer);
        OutgoingInitiation begun =
                OutgoingInitiation.create(
                        entry, self, staticShared, device.timestamps().next(), device.random());
        if (begun == null) {
            entry.release();
            return;
        }
        outgoing = begun;
        nextInitiation.set(nowNanos + ProtocolConstants.REKEY_TIMEOUT);
        cookie.addMacs(begun.message(), MessageLayout.INITIATION_MAC1, nowNanos);
        peer.timers().jitter(device.jitterNanos());
        peer.timers().sentInitiation(nowNanos);
        peer.send(begun.message(), to, outbox);
    }

    /// Answers an initiation, whose static key is this peer's.
    ///
    /// @return null when answered, else why not
    synchronized @Nullable Drop respond(IncomingInitiation incoming, Arrival arrival) {
        Tai64n timestamp = staticShared == null ? null : incoming.openTimestamp(staticShared);
        if (timestamp == null) {
            return Drop.HANDSHAKE_REFUSED;
        }
        long now = arrival.nowNanos();
        if (!timestamp.isAfter(greatestTimestamp)) {
            return Drop.REPLAYED_INITIATION;
        }
        if (floodLimit.isAhead(now)) {
            return Drop.INITIATION_FLOOD;
        }
        greatestTimestamp = timestamp;
        floodLimit.set(now + ProtocolConstants.INITIATION_INTERVAL_MIN);
        IndexTable.Entry entry = device.indices().allocate(peer);
        byte[] response = new byte[MessageLayout.RESPONSE_LENGTH];
        TransportKeys keys = incoming.respond(response, entry.index, preshared, device.random());
        if (keys == null) {
            entry.release();
            return Drop.HANDSHAKE_REFUSED;
        }
        cookie.addMacs(response, MessageLayout.RESPONSE_MAC1, now);
        peer.responded(keypair(keys, entry, incoming.senderIndex(), false, now), arrival);
        peer.send(response, arrival.source(), arrival.outbox());
        return null;
    }

    /// Finishes the handshake that `entry` stands for.
    ///
    /// @return null when finished, else why not
    synchronized @Nullable Drop complete(IndexTable.Entry entry, byte[] response, Arrival arrival) {
        OutgoingInitiation begun = outgoing;
        if (begun == null || begun.entry != entry) {
            return Drop.UNEXPECTED;
        }
        TransportKeys keys = begun.accept(response, arrival.self(), preshared);
        if (keys == null) {
            return Drop.HANDSHAKE_REFUSED;
        }
        begun.wipe();
        outgoing = null;
        int remoteIndex = MessageWriter.readInt(response, MessageLayout.SENDER);
        peer.completed(keypair(keys, entry, remoteIndex, true, arrival.nowNanos()), arrival);
        return null;
    }

    synchronized @Nullable Drop acceptCookie(byte[] reply, long nowNanos) {
        return cookie.accept(reply, nowNanos);
    }

    private Keypair keypair(
            TransportKeys keys,
            IndexTable.Entry entry,
            int remoteIndex,
            boolean initiator,
            long nowNanos) {
        Keypair keypair =
                new Keypair(
                        device.aead(),
                        keys,
                        entry,
                        remoteIndex,
                        initiator,
                        nowNanos,
                        device.lanes());
        keys.wipe();
        entry.keypair = keypair;
        return keypair;
    }

    @GuardedBy("this")
    private void abandon() {
        if (outgoing != null) {
            outgoing.entry.release();
            outgoing.wipe();
            outgoing = null;
        }
    }
}
