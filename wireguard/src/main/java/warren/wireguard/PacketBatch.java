// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.lang.foreign.MemorySegment;

/// Packets that travel the data path together: positions in one piece of native memory, so that a
/// backend can work across packets and a loop can send them in one system call. Filled and drained
/// by one loop, allocated once, reused for ever.
///
/// A packet at index `i` occupies `memory[offset[i], offset[i] + length[i])`. Sixteen bytes of head
/// room lie before each offset (the transport header) and room for padding and tag behind it. The
/// arrays are public because this is the inner loop's data, not an abstraction: the owner is
/// whoever holds the batch, and nobody keeps it after returning.
public final class PacketBatch {
    public final MemorySegment memory;
    public final int[] offset;

    /// Bytes of payload; with the tag while sealed.
    public final int[] length;

    /// The nonce counter: set before sealing or opening.
    public final long[] counter;

    /// What opening found: whether the tag was right.
    public final boolean[] authentic;

    public int count;

    /// @param memory native memory of the batch's whole life
    /// @param capacity the most packets the batch can hold
    public PacketBatch(MemorySegment memory, int capacity) {
        this.memory = memory;
        this.offset = new int[capacity];
        this.length = new int[capacity];
        this.counter = new long[capacity];
        this.authentic = new boolean[capacity];
    }

    public int capacity() {
        return offset.length;
    }
}
