// SPDX-License-Identifier: Apache-2.0
package warren.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import warren.linux.errno.ErrnoException;
import warren.linux.libc.Outcome;
import warren.linux.libc.SocketCalls;
import warren.linux.libc.Structs;

/// Waits for a few descriptors at once (`poll(2)`). Confined to one loop, which is a platform
/// thread: the wait holds its carrier.
public final class Poll {
    /// Readable, or an error waits to be read.
    public static final int READ = SocketCalls.POLLIN;

    public static final int WRITE = SocketCalls.POLLOUT;

    private static final long SIZE = Structs.pollfd.byteSize();
    private static final long FD = Structs.offset(Structs.pollfd, "fd");
    private static final long EVENTS = Structs.offset(Structs.pollfd, "events");
    private static final long REVENTS = Structs.offset(Structs.pollfd, "revents");
    private static final int BROKEN =
            SocketCalls.POLLERR | SocketCalls.POLLHUP | SocketCalls.POLLNVAL;

    private final MemorySegment entries;
    private final int capacity;
    private int size;

    /// @param arena owned by the loop, and outlives this
    /// @param capacity the most descriptors to wait for
    public Poll(Arena arena, int capacity) {
        this.entries = arena.allocate(Structs.pollfd, capacity);
        this.capacity = capacity;
    }

    /// Waits for `fd` from now on; the answer is its slot.
    ///
    /// @param events [#READ], [#WRITE], both, or 0 for errors alone
    public int add(Fd fd, int events) {
        if (size == capacity) {
            throw new IllegalStateException("all " + capacity + " slots are taken");
        }
        int slot = size++;
        entries.set(JAVA_INT, slot * SIZE + FD, fd.number());
        events(slot, events);
        return slot;
    }

    /// Changes what a slot waits for.
    public void events(int slot, int events) {
        entries.set(JAVA_SHORT, slot * SIZE + EVENTS, (short) events);
        entries.set(JAVA_SHORT, slot * SIZE + REVENTS, (short) 0);
    }

    /// Waits until a slot is ready, the time is over, or a signal comes: the number of ready slots,
    /// maybe 0.
    ///
    /// @param timeoutMillis 0 returns at once, a negative number waits for ever
    public int await(int timeoutMillis) throws ErrnoException {
        return Outcome.check(SocketCalls.poll(entries, size, timeoutMillis), "poll");
    }

    /// Whether reading will not block: data or an error waits.
    public boolean readable(int slot) {
        return (revents(slot) & (SocketCalls.POLLIN | BROKEN)) != 0;
    }

    /// Whether writing will not block: room or an error waits.
    public boolean writable(int slot) {
        return (revents(slot) & (SocketCalls.POLLOUT | BROKEN)) != 0;
    }

    /// Whether the descriptor has an error or its other side is gone.
    public boolean broken(int slot) {
        return (revents(slot) & BROKEN) != 0;
    }

    private int revents(int slot) {
        return entries.get(JAVA_SHORT, slot * SIZE + REVENTS);
    }
}
