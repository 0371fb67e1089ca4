// SPDX-License-Identifier: Apache-2.0
package warren.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import warren.linux.libc.FileCalls;
import warren.linux.libc.Structs;

/// Pieces of memory that go out together in one `writev(2)`, so that nothing is copied to join
/// them. What they point at must stay in place until written. Confined to one loop.
public final class Pieces {
    private static final long SIZE = Structs.iovec.byteSize();
    private static final long BASE = Structs.offset(Structs.iovec, "iov_base");
    private static final long LENGTH = Structs.offset(Structs.iovec, "iov_len");

    private final MemorySegment vectors;
    private final int capacity;
    private int count;

    /// @param arena owned by the loop, and outlives this
    /// @param capacity the most pieces; the kernel takes 1024 (`UIO_MAXIOV`)
    public Pieces(Arena arena, int capacity) {
        this.vectors = arena.allocate(Structs.iovec, capacity);
        this.capacity = capacity;
    }

    public void clear() {
        count = 0;
    }

    public int capacity() {
        return capacity;
    }

    /// @param buffer native memory
    public void add(MemorySegment buffer, long offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.byteSize());
        long at = Objects.checkIndex(count, capacity) * SIZE;
        vectors.set(JAVA_LONG, at + BASE, buffer.address() + offset);
        vectors.set(JAVA_LONG, at + LENGTH, length);
        count++;
    }

    public int count() {
        return count;
    }

    /// Where a piece lies, as [MemorySegment#address] counts.
    public long address(int piece) {
        return vectors.get(JAVA_LONG, Objects.checkIndex(piece, count) * SIZE + BASE);
    }

    public int length(int piece) {
        return (int) vectors.get(JAVA_LONG, Objects.checkIndex(piece, count) * SIZE + LENGTH);
    }

    /// Writes all pieces as one: the bytes written or `-errno`.
    public int writeTo(Fd fd) {
        return FileCalls.writev(fd.number(), vectors, count);
    }
}
