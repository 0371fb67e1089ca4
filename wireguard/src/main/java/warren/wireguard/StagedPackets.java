// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;

/// Copies of the packets that wait for a session. A keepalive is a packet of length zero. Bounded:
/// the newest are worth most. Guarded by `this`.
final class StagedPackets {
    private static final byte[] KEEPALIVE = {};

    private final Drops drops;
    private final ArrayDeque<byte[]> packets = new ArrayDeque<>();

    StagedPackets(Drops drops) {
        this.drops = drops;
    }

    synchronized boolean isEmpty() {
        return packets.isEmpty();
    }

    synchronized void add(PacketBatch batch, int from, int to) {
        for (int i = from; i < to; i++) {
            byte[] packet = new byte[batch.length[i]];
            MemorySegment.copy(
                    batch.memory, ValueLayout.JAVA_BYTE, batch.offset[i], packet, 0, packet.length);
            if (packets.size() == ProtocolConstants.STAGED_PACKETS_MAX) {
                packets.remove();
                drops.add(Drop.STAGED_OVERFLOW);
            }
            packets.add(packet);
        }
    }

    /// Adds a keepalive where nothing waits: any packet would do as well.
    synchronized void addKeepalive() {
        if (packets.isEmpty()) {
            packets.add(KEEPALIVE);
        }
    }

    /// Moves as many packets as fit to the start of `batch`, each with head room before and room
    /// for padding and tag behind.
    synchronized void moveTo(PacketBatch batch) {
        batch.count = 0;
        long end = 0;
        while (batch.count < batch.capacity() && !packets.isEmpty()) {
            byte[] packet = packets.element();
            long offset = end + MessageLayout.TRANSPORT_HEADER;
            long padding = MessageLayout.PADDING_MULTIPLE - 1; // at most, wherever the MTU is
            end = offset + packet.length + padding + MessageLayout.TAG;
            if (end > batch.memory.byteSize()) {
                if (batch.count > 0) {
                    return; // the next batch has room
                }
                packets.remove();
                drops.add(Drop.STAGED_GIVEN_UP);
                end = 0;
                continue;
            }
            packets.remove();
            MemorySegment.copy(
                    packet, 0, batch.memory, ValueLayout.JAVA_BYTE, offset, packet.length);
            batch.offset[batch.count] = (int) offset;
            batch.length[batch.count] = packet.length;
            batch.count++;
        }
    }

    synchronized void clear(boolean count) {
        if (count) {
            drops.add(Drop.STAGED_GIVEN_UP, packets.size());
        }
        packets.clear();
    }
}
