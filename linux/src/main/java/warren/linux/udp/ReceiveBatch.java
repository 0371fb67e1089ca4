// SPDX-License-Identifier: Apache-2.0
package warren.linux.udp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// Datagrams as they came in together. A slot is one message: one datagram, or with receive
/// offload ([UdpPort#receiveOffload]) several of one sender, each [#segmentSize] long but the last.
///
/// Slot `i` lies in [#memory] from [#offset] on for [#length] bytes. Everything said of a slot
/// holds until the next receive; memory and content are the loop's to change, so it may decrypt in
/// place. Confined to the receiving loop.
public final class ReceiveBatch {
    /// Payload slots start on cache lines.
    private static final int LINE = 64;

    private final MessageHeaders headers;
    private final MemorySegment memory;
    private final int stride;
    private final int headRoom;
    private final int slotLength;
    private final long[] packetInfo;
    private final int[] segmentSize;
    private int count;

    /// @param arena owned by the loop, and outlives this
    /// @param capacity the most messages one call receives
    /// @param slotLength the longest message; a longer one is cut and [#truncated]
    /// @param headRoom free bytes kept before each slot's payload
    public ReceiveBatch(Arena arena, int capacity, int slotLength, int headRoom) {
        this.headRoom = headRoom;
        this.slotLength = slotLength;
        this.stride = (headRoom + slotLength + LINE - 1) / LINE * LINE;
        this.memory = arena.allocate((long) stride * capacity, LINE);
        this.headers = new MessageHeaders(arena, capacity);
        this.packetInfo = new long[capacity];
        this.segmentSize = new int[capacity];
        for (int slot = 0; slot < capacity; slot++) {
            headers.piece(slot, memory.address() + offsetOf(slot), slotLength);
        }
        this.count = capacity; // so that the first receive makes room in every slot
    }

    /// Receives what waits, up to the capacity, without blocking: the number of messages or
    /// `-errno`.
    int receive(int fd) {
        for (int slot = 0; slot < count; slot++) {
            headers.makeRoom(slot);
        }
        int got = headers.receive(fd);
        count = Math.max(got, 0);
        for (int slot = 0; slot < count; slot++) {
            packetInfo[slot] =
                    PacketInfo.find(
                            headers.controls(),
                            headers.controlOffset(slot),
                            headers.controlLength(slot));
            segmentSize[slot] =
                    Segmentation.find(
                            headers.controls(),
                            headers.controlOffset(slot),
                            headers.controlLength(slot));
        }
        return got;
    }

    public int capacity() {
        return headers.capacity();
    }

    /// Messages of the last receive.
    public int count() {
        return count;
    }

    /// All slots' memory, of the arena's life.
    public MemorySegment memory() {
        return memory;
    }

    /// Where the slot's payload starts in [#memory].
    public int offset(int slot) {
        return (int) offsetOf(slot);
    }

    public int length(int slot) {
        return Math.min(headers.receivedLength(checked(slot)), slotLength);
    }

    /// The length of each datagram in the slot but the last, which may be shorter.
    public int segmentSize(int slot) {
        int size = segmentSize[checked(slot)];
        return size == 0 ? length(slot) : size;
    }

    /// Whether the message was longer than the slot and the rest is lost.
    public boolean truncated(int slot) {
        return headers.truncated(checked(slot));
    }

    /// The sender's address: 32 or 128.
    public int sourceBits(int slot) {
        return headers.bits(checked(slot));
    }

    public long sourceHigh(int slot) {
        return headers.high(checked(slot));
    }

    public long sourceLow(int slot) {
        return headers.low(checked(slot));
    }

    public int sourcePort(int slot) {
        return headers.port(checked(slot));
    }

    /// The interface index that a link-local sender belongs to, otherwise 0.
    public int sourceScope(int slot) {
        return headers.scope(checked(slot));
    }

    /// Whether the kernel said which local address the message came to.
    public boolean hasLocal(int slot) {
        return packetInfo[checked(slot)] != PacketInfo.NONE;
    }

    /// The local address to answer from, of the sender's family; 0 without [#hasLocal].
    public long localHigh(int slot) {
        return hasLocal(slot) ? PacketInfo.high(headers.controls(), packetInfo[slot]) : 0;
    }

    public long localLow(int slot) {
        return hasLocal(slot) ? PacketInfo.low(headers.controls(), packetInfo[slot]) : 0;
    }

    /// The index of the interface it came in on; 0 without [#hasLocal].
    public int localInterface(int slot) {
        return hasLocal(slot)
                ? PacketInfo.networkInterface(headers.controls(), packetInfo[slot])
                : 0;
    }

    private long offsetOf(int slot) {
        return (long) slot * stride + headRoom;
    }

    private int checked(int slot) {
        return Objects.checkIndex(slot, count);
    }
}
