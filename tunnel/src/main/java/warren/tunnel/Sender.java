// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import warren.linux.errno.ErrnoException;
import warren.linux.udp.SendBatch;
import warren.wireguard.Datagram;
import warren.wireguard.Endpoint;
import warren.wireguard.IpAddress;
import warren.wireguard.Outbox;
import warren.wireguard.PacketBatch;
import warren.wireguard.Peer;

/// One loop's way out: sends runs of sealed packets, and whatever an [Outbox] holds. Buffers are
/// made once; sending allocates nothing. Confined to its loop, or guarded by its owner's lock.
final class Sender {
    private static final System.Logger LOG = System.getLogger(Sender.class.getName());

    /// Of the largest handshake message.
    private static final int DATAGRAM_ROOM = 256;

    private final Underlay underlay;
    private final SendErrors errors;
    private final SendBatch sending;

    /// By slot of `sending`; null for an answer to a stranger.
    private final @Nullable Peer[] receivers = new Peer[BatchSize.SEND_PACKETS];

    private boolean sendingIpv4;
    private final PacketBatch staged;
    private final MemorySegment datagram;
    private final WriteWait writeWait = new WriteWait();
    private boolean segmenting;

    /// @param arena of the loop's life
    /// @param segmenting whether the kernel splits what leaves as one
    Sender(Arena arena, Underlay underlay, SendErrors errors, boolean segmenting) {
        this.underlay = underlay;
        this.errors = errors;
        this.segmenting = segmenting;
        this.sending = new SendBatch(arena, BatchSize.SEND_PACKETS);
        this.staged =
                new PacketBatch(
                        arena.allocate(BatchSize.STAGED_BYTES, BatchSize.ALIGNMENT),
                        BatchSize.PACKETS);
        this.datagram = arena.allocate(DATAGRAM_ROOM);
    }

    /// Whether messages of equal length leave as one, for the kernel to split.
    boolean isSegmenting() {
        return segmenting;
    }

    /// Has transport messages `from` to `to` (exclusive) of `batch` sent, all sealed for `peer`, by
    /// the next [#flush] or before: until then they stay where they are.
    void add(PacketBatch batch, int from, int to, Peer peer, long nowNanos) {
        Endpoint endpoint = peer.endpoint();
        if (endpoint == null) { // it had one when it sealed: it was removed in between
            return;
        }
        boolean ipv4 = endpoint.address().isV4();
        if (sending.count() > 0 && ipv4 != sendingIpv4) {
            flush(nowNanos);
        }
        sendingIpv4 = ipv4;
        for (int i = from; i < to; ) {
            if (sending.room() == 0) {
                flush(nowNanos);
            }
            int end = segmenting ? endOfMessage(batch, i, to) : i + 1;
            int slot = sending.add(batch.memory, batch.offset[i], batch.length[i]);
            for (int j = i + 1; j < end; j++) {
                sending.append(batch.memory, batch.offset[j], batch.length[j]);
            }
            receivers[slot] = peer;
            address(slot, endpoint);
            if (end - i > 1) {
                sending.segment(slot, batch.length[i]);
            }
            i = end;
        }
    }

    /// Where the run ends that begins at `from` and can leave as one message for the kernel to
    /// split: of equal length, the last maybe shorter.
    private int endOfMessage(PacketBatch batch, int from, int to) {
        int size = batch.length[from];
        int bytes = size;
        int limit = Math.min(to, from + Math.min(SendBatch.SEGMENTS_MAX, sending.room()));
        int i = from + 1;
        while (i < limit
                && batch.length[i - 1] == size
                && batch.length[i] <= size
                && bytes + batch.length[i] <= SendBatch.BYTES_MAX) {
            bytes += batch.length[i];
            i++;
        }
        return i;
    }

    /// Sends what the core asked for: staged packets, then messages.
    void drain(Outbox outbox, int mtu, long nowNanos) {
        for (Peer peer = outbox.pollFlush(); peer != null; peer = outbox.pollFlush()) {
            int count = peer.sealStaged(staged, mtu, nowNanos, outbox);
            while (count > 0) {
                add(staged, 0, count, peer, nowNanos);
                flush(nowNanos);
                count = peer.sealStaged(staged, mtu, nowNanos, outbox);
            }
        }
        for (Datagram next = outbox.pollDatagram(); next != null; next = outbox.pollDatagram()) {
            send(next, nowNanos);
        }
    }

    private void send(Datagram message, long nowNanos) {
        int length = message.bytes().length;
        MemorySegment.copy(message.bytes(), 0, datagram, ValueLayout.JAVA_BYTE, 0, length);
        int slot = sending.add(datagram, 0, length);
        receivers[slot] = message.peer();
        address(slot, message.to());
        sendingIpv4 = message.to().address().isV4();
        flush(nowNanos);
    }

    private void address(int slot, Endpoint to) {
        IpAddress address = to.address();
        sending.destination(slot, address.bits(), address.high(), address.low(), to.port());
        if (to.scopeId() != 0) {
            sending.scope(slot, to.scopeId());
        }
        IpAddress source = to.source();
        if (source != null && source.bits() == address.bits()) {
            // The interface is forced only where the address means nothing without it: routing
            // must stay free to move a peer to another interface.
            int out = to.scopeId() == 0 ? 0 : to.sourceInterface();
            sending.source(slot, source.high(), source.low(), out);
        }
    }

    /// Sends what was added.
    void flush(long nowNanos) {
        if (sending.count() == 0) {
            return;
        }
        try {
            underlay.send(sending, sendingIpv4, writeWait);
        } catch (ErrnoException e) {
            errors.count(e.errno(), sending.remaining(), nowNanos);
        }
        settle(nowNanos);
        sending.clear();
        if (segmenting && !sending.segmentationWorks()) {
            segmenting = false;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Segmentation offload was given up: the device or route computes no checksums");
        }
    }

    /// Looks at what became of each datagram.
    private void settle(long nowNanos) {
        for (int slot = 0; slot < sending.count(); slot++) {
            Peer receiver = receivers[slot];
            receivers[slot] = null;
            if (receiver != null && sending.sourceGone(slot)) {
                receiver.forgetSource();
            }
            boolean untried = slot >= sending.count() - sending.remaining();
            if (untried || sending.error(slot) != 0) {
                errors.count(untried ? 0 : sending.error(slot), sending.datagrams(slot), nowNanos);
            }
        }
    }
}
