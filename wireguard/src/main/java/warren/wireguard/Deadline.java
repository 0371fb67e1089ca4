// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.concurrent.atomic.AtomicLong;

/// A point in time at which something is due, or none. Compared by subtraction, so that a clock
/// that wraps does no harm. Thread-safe, and cheap enough for once per run of packets.
final class Deadline {
    private static final long NONE = 0;

    private final AtomicLong at = new AtomicLong(NONE);

    void set(long deadlineNanos) {
        at.set(encoded(deadlineNanos));
    }

    /// Sets it unless one is set.
    ///
    /// @return whether it was set by this call
    boolean setIfNone(long deadlineNanos) {
        return at.get() == NONE && at.compareAndSet(NONE, encoded(deadlineNanos));
    }

    void cancel() {
        if (at.get() != NONE) {
            at.set(NONE);
        }
    }

    /// Whether it is set and still to come.
    boolean isAhead(long nowNanos) {
        long deadline = at.get();
        return deadline != NONE && deadline - nowNanos > 0;
    }

    /// Whether it was set and reached; it is set no longer then.
    boolean takeIfReached(long nowNanos) {
        long deadline = at.get();
        return deadline != NONE && deadline - nowNanos <= 0 && at.compareAndSet(deadline, NONE);
    }

    /// The earlier of this and `other`.
    long earlier(long other) {
        long deadline = at.get();
        return deadline != NONE && deadline - other < 0 ? deadline : other;
    }

    /// One nanosecond late where the deadline happens to be the number that stands for none.
    private static long encoded(long deadlineNanos) {
        return deadlineNanos == NONE ? 1 : deadlineNanos;
    }
}
