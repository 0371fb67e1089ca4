// SPDX-License-Identifier: Apache-2.0
package warren.linux;

import java.util.concurrent.atomic.AtomicInteger;
import warren.linux.libc.FileCalls;

/// A file descriptor that somebody owns and closes once.
///
/// Thread-safe in itself, but the number is free for reuse the moment it is closed: the owner
/// closes only after every loop that uses it has ended.
public final class Fd implements AutoCloseable {
    private static final int CLOSED = -1;

    private final AtomicInteger number;

    /// Takes ownership of an open descriptor.
    public Fd(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("not a descriptor: " + number);
        }
        this.number = new AtomicInteger(number);
    }

    /// @throws IllegalStateException after [#close]
    public int number() {
        int value = number.get();
        if (value == CLOSED) {
            throw new IllegalStateException("the descriptor is closed");
        }
        return value;
    }

    public boolean isOpen() {
        return number.get() != CLOSED;
    }

    /// Idempotent. The kernel's answer is dropped: the descriptor is gone whatever it says.
    @Override
    public void close() {
        int value = number.getAndSet(CLOSED);
        if (value != CLOSED) {
            FileCalls.close(value);
        }
    }

    @Override
    public String toString() {
        return "Fd(" + number.get() + ")";
    }
}
