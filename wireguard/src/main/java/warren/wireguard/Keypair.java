// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static warren.wireguard.MessageLayout.LE32;
import static warren.wireguard.MessageLayout.LE64;
import static warren.wireguard.MessageLayout.TAG;
import static warren.wireguard.MessageLayout.TRANSPORT_COUNTER;
import static warren.wireguard.MessageLayout.TRANSPORT_HEADER;
import static warren.wireguard.MessageLayout.TRANSPORT_RECEIVER;
import static warren.wireguard.ProtocolConstants.REJECT_AFTER_TIME;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The two transport keys of one session. A peer has up to three, see [KeypairSlots].
///
/// Thread-safe. Sealing works in lanes, see [SendingKeys]. Opening has one lock: all datagrams of a
/// sender come to the same loop, so nobody waits for it but while a peer roams from one loop's
/// socket to another's. Either lock is held for a run of packets, so that closing, which frees
/// native memory, waits for the run: nobody ever uses a wiped key. Neither direction allocates in
/// the steady state.
public final class Keypair {
    private final Peer peer;
    private final IndexTable.Entry entry;
    private final int remoteIndex;
    private final boolean initiator;
    private final long createdNanos;

    private final SendingKeys sending;

    private final Object receiveLock = new Object();

    @GuardedBy("receiveLock")
    private final Aead.Key receiveKey;

    @GuardedBy("receiveLock")
    private final ReplayWindow window = new ReplayWindow();

    @GuardedBy("receiveLock")
    private boolean receivingEnded;

    /// @param keys copied; the caller wipes them
    /// @param entry holds our index; released when the keypair is closed
    /// @param initiator whether the handshake was ours
    /// @param lanes in which packets are sealed
    Keypair(
            Aead aead,
            TransportKeys keys,
            IndexTable.Entry entry,
            int remoteIndex,
            boolean initiator,
            long nowNanos,
            int lanes) {
        this.peer = entry.peer;
        this.entry = entry;
        this.remoteIndex = remoteIndex;
        this.initiator = initiator;
        this.createdNanos = nowNanos;
        this.sending =
                new SendingKeys(aead, initiator ? keys.fromInitiator : keys.fromResponder, lanes);
        this.receiveKey = aead.key(initiator ? keys.fromResponder : keys.fromInitiator);
    }

    public Peer peer() {
        return peer;
    }

    /// Opens packets `from` to `to` (exclusive) of `batch`, each a whole transport message for this
    /// keypair (see [Device#keypair]) that came from `source`: checks and decrypts in place, drops
    /// replays, validates the IP header, trims padding and checks the source address. Updates the
    /// peer once for the whole run: figures, timers, roaming, slots, renewal.
    ///
    /// Afterwards packet `i` is at `offset[i]` with `length[i]` bytes, ready for the TUN device;
    /// a length of zero means there is nothing to deliver (a keepalive, or dropped and counted).
    ///
    /// @return how many packets of the run have something to deliver
    public int open(
            PacketBatch batch, int from, int to, Endpoint source, long nowNanos, Outbox outbox) {
        if (!decrypt(batch, from, to, nowNanos)) {
            return 0;
        }
        int fresh = 0;
        int payloads = 0;
        int deliverable = 0;
        long bytes = 0;
        for (int i = from; i < to; i++) {
            if (!batch.authentic[i]) {
                batch.length[i] = 0;
                continue;
            }
            fresh++;
            int length = batch.length[i];
            if (length > 0) {
                payloads++;
                peer.admit(batch, i);
            }
            if (length == 0 || batch.length[i] > 0) {
                bytes += TRANSPORT_HEADER + length + TAG;
            }
            deliverable += batch.length[i] > 0 ? 1 : 0;
        }
        if (fresh > 0) {
            peer.received(this, payloads > 0, bytes, source, nowNanos, outbox);
        }
        return deliverable;
    }

    /// Seals packets `from` to `to` as [Peer#seal] says.
    ///
    /// @return false where the session's time or messages are used up; nothing has changed then
    boolean seal(PacketBatch batch, int from, int to, int mtu, long nowNanos, int lane) {
        if (isExpired(nowNanos) || !sending.seal(batch, from, to, mtu, lane)) {
            return false;
        }
        for (int i = from; i < to; i++) {
            writeHeader(batch, i);
        }
        return true;
    }

    /// Whether [#seal] would do now.
    boolean canSend(long nowNanos) {
        return !isExpired(nowNanos) && sending.canSeal();
    }

    /// Whether, having sent, a new session should be negotiated. By time only the initiator asks,
    /// so that the two sides do not do it both (whitepaper section 6.2).
    boolean needsRenewalAfterSending(long nowNanos) {
        return Long.compareUnsigned(sending.count(), ProtocolConstants.REKEY_AFTER_MESSAGES) >= 0
                || (initiator && nowNanos - createdNanos >= ProtocolConstants.REKEY_AFTER_TIME);
    }

    /// The same, having received: late, since whoever also sends has done it before.
    boolean needsRenewalAfterReceiving(long nowNanos) {
        return initiator && nowNanos - createdNanos >= ProtocolConstants.REKEY_AFTER_TIME_RECEIVING;
    }

    void endSending() {
        sending.end();
    }

    /// Frees the index and wipes both keys. Idempotent.
    void close() {
        entry.keypair = null;
        entry.release();
        sending.close();
        synchronized (receiveLock) {
            receivingEnded = true;
            receiveKey.close();
        }
    }

    /// Pretends that `counter` packets were sent.
    void skipTo(long counter) {
        sending.skipTo(counter);
    }

    private boolean isExpired(long nowNanos) {
        return nowNanos - createdNanos >= REJECT_AFTER_TIME;
    }

    /// Decrypts the run and leaves `authentic` set for packets that are also not replayed.
    ///
    /// @return false where the session is over, and all were dropped
    private boolean decrypt(PacketBatch batch, int from, int to, long nowNanos) {
        synchronized (receiveLock) {
            if (receivingEnded || isExpired(nowNanos)) {
                for (int i = from; i < to; i++) {
                    batch.length[i] = 0;
                }
                peer.drops().add(Drop.EXPIRED_SESSION, to - from);
                return false;
            }
            for (int i = from; i < to; i++) {
                batch.counter[i] = batch.memory.get(LE64, batch.offset[i] + TRANSPORT_COUNTER);
                batch.offset[i] += TRANSPORT_HEADER;
                batch.length[i] -= TRANSPORT_HEADER;
            }
            receiveKey.open(batch, from, to);
            for (int i = from; i < to; i++) {
                if (!batch.authentic[i]) {
                    peer.drops().add(Drop.NOT_AUTHENTIC);
                } else if (!window.accept(batch.counter[i])) { // only after authentication
                    batch.authentic[i] = false;
                    peer.drops().add(Drop.REPLAYED_DATA);
                }
            }
            return true;
        }
    }

    private void writeHeader(PacketBatch batch, int index) {
        MemorySegment memory = batch.memory;
        int start = batch.offset[index] - TRANSPORT_HEADER;
        memory.set(LE32, start, MessageLayout.TYPE_TRANSPORT);
        memory.set(LE32, start + TRANSPORT_RECEIVER, remoteIndex);
        memory.set(LE64, start + TRANSPORT_COUNTER, batch.counter[index]);
        batch.offset[index] = start;
        batch.length[index] += TRANSPORT_HEADER;
    }

    static void pad(PacketBatch batch, int index, int mtu) {
        int length = batch.length[index];
        int padded = paddedLength(length, mtu);
        for (int at = length; at < padded; at++) {
            batch.memory.set(ValueLayout.JAVA_BYTE, batch.offset[index] + (long) at, (byte) 0);
        }
        batch.length[index] = padded;
    }

    /// Up to a multiple of sixteen, but no packet that fits the MTU is made not to. For one longer
    /// than the MTU what counts is its last fragment of that size.
    public static int paddedLength(int length, int mtu) {
        int last = mtu > 0 && length > mtu ? length % mtu : length;
        int multiple = MessageLayout.PADDING_MULTIPLE;
        int padded = (last + multiple - 1) & -multiple;
        return length - last + (mtu > 0 ? Math.min(padded, mtu) : padded);
    }
}
