// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import warren.linux.udp.SendBatch;
import warren.wireguard.Aead;
import warren.wireguard.Keypair;
import warren.wireguard.MessageLayout;
import warren.wireguard.PacketBatch;

/// Lays packets out in a batch so that, once sealed in place, each message starts where the one
/// before it ends: then a run of messages can leave in one system call. Confined to its loop.
final class PacketRoom {
    private static final int TAIL = BatchSize.TAIL_ROOM;
    private static final int OVERHEAD = MessageLayout.TRANSPORT_HEADER + Aead.TAG_LENGTH;

    final PacketBatch batch;
    private int mtu;
    private int end;

    /// Where the packets end that were kept from the load before.
    private int keptEnd;

    /// @param arena of the loop's life
    PacketRoom(Arena arena) {
        batch =
                new PacketBatch(
                        arena.allocate(BatchSize.SEND_BYTES, BatchSize.ALIGNMENT),
                        BatchSize.SEND_PACKETS);
    }

    /// What the packets are laid out for; it must not change while there are any.
    ///
    /// @param mtu that the packets will be sealed with
    void clear(int mtu) {
        this.mtu = mtu;
        keep(batch.count);
    }

    int mtu() {
        return mtu;
    }

    /// Whether a packet of `length` bytes has a place; in a room that holds only what [#keep] kept,
    /// every packet has.
    boolean has(int length) {
        long needed = (long) end + MessageLayout.TRANSPORT_HEADER + length + TAIL;
        return batch.count < batch.capacity() && needed <= batch.memory.byteSize();
    }

    /// Whether enough has come for it to be time to send.
    boolean isWorthSending() {
        return end - keptEnd >= BatchSize.SEND_AT_BYTES || batch.count == batch.capacity();
    }

    /// Appends a packet of `length` bytes: where its content goes.
    int place(int length) {
        int offset = end + MessageLayout.TRANSPORT_HEADER;
        batch.offset[batch.count] = offset;
        batch.length[batch.count] = length;
        batch.count++;
        end = offset + Keypair.paddedLength(length, mtu) + Aead.TAG_LENGTH;
        return offset;
    }

    /// Where the packets begin that do not fill a message of equal ones, which the packets still to
    /// come may: as many as are worth waiting for, were all packets from `run` on of one peer.
    int unfilled(int run) {
        int last = batch.count - 1;
        int length = batch.length[last];
        int equal = 1;
        while (last - equal >= run && batch.length[last - equal] == length) {
            equal++;
        }
        int sealed = Keypair.paddedLength(length, mtu) + OVERHEAD;
        int most = Math.min(SendBatch.SEGMENTS_MAX, SendBatch.BYTES_MAX / sealed);
        return batch.count - (most == 0 ? 0 : equal % most);
    }

    /// Makes the packets from `from` on the first ones of the next load, and forgets the others.
    void keep(int from) {
        int kept = batch.count - from;
        System.arraycopy(batch.offset, from, batch.offset, 0, kept);
        System.arraycopy(batch.length, from, batch.length, 0, kept);
        batch.count = kept;
        if (kept == 0) {
            end = 0;
        } else if (end > batch.memory.byteSize() / 2) {
            moveToFront();
        }
        keptEnd = end;
    }

    private void moveToFront() {
        int start = batch.offset[0] - MessageLayout.TRANSPORT_HEADER;
        MemorySegment.copy(batch.memory, start, batch.memory, 0, end - start);
        for (int i = 0; i < batch.count; i++) {
            batch.offset[i] -= start;
        }
        end -= start;
    }
}
