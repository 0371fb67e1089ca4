// SPDX-License-Identifier: Apache-2.0
package warren.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import warren.linux.errno.ErrnoException;
import warren.linux.libc.FileCalls;
import warren.linux.libc.Outcome;

/// Wakes a loop that sits in [Poll] (`eventfd(2)`). Any thread may [#signal]; the loop calls
/// [#clear] before it looks at its work, so that a signal in between is never lost. Signals add up
/// to one wake-up.
public final class EventFd implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment one = arena.allocateFrom(JAVA_LONG, 1);
    private final MemorySegment count = arena.allocate(JAVA_LONG);
    private final Fd fd;

    private EventFd(Fd fd) {
        this.fd = fd;
    }

    public static EventFd open() throws ErrnoException {
        int flags = FileCalls.EFD_CLOEXEC | FileCalls.EFD_NONBLOCK;
        return new EventFd(new Fd(Outcome.check(FileCalls.eventfd(0, flags), "eventfd")));
    }

    /// What to poll for reading.
    public Fd fd() {
        return fd;
    }

    /// Makes the descriptor readable. Without effect after [#close], so that late signals are
    /// harmless.
    public synchronized void signal() {
        if (fd.isOpen()) {
            // EAGAIN would say that 2^64 - 2 signals already wait: the loop is awake.
            var _ = FileCalls.write(fd.number(), one, 0, Long.BYTES);
        }
    }

    /// Takes back all signals so far. Only the loop calls it.
    public void clear() {
        var _ = FileCalls.read(fd.number(), count, 0, Long.BYTES);
    }

    @Override
    public synchronized void close() {
        if (fd.isOpen()) {
            fd.close();
            arena.close();
        }
    }
}
