// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.foreign.Arena;
import warren.wireguard.Aead;
import warren.wireguard.Keypair;
import warren.wireguard.MessageLayout;
import warren.wireguard.PacketBatch;

/// Lays packets out in a batch so that, once sealed in place, each message starts where the one
/// before it ends: then a run of messages can leave in one system call. Confined to its loop.
final class PacketRoom {
    private static final int TAIL = BatchSize.TAIL_ROOM;

    final PacketBatch batch;
    private int mtu;
    private int end;

    /// @param arena of the loop's life
    PacketRoom(Arena arena) {
        batch =
                new PacketBatch(
                        arena.allocate(BatchSize.SEND_BYTES, BatchSize.ALIGNMENT),
                        BatchSize.SEND_PACKETS);
    }

    /// @param mtu that the packets will be sealed with
    void clear(int mtu) {
        this.mtu = mtu;
        batch.count = 0;
        end = 0;
    }

    /// Whether a packet of `length` bytes has a place; in an empty room every packet has.
    boolean has(int length) {
        long needed = (long) end + MessageLayout.TRANSPORT_HEADER + length + TAIL;
        return batch.count < batch.capacity() && needed <= batch.memory.byteSize();
    }

    /// Whether it is time to send what is there.
    boolean isWorthSending() {
        return end >= BatchSize.SEND_AT_BYTES || batch.count == batch.capacity();
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
}
