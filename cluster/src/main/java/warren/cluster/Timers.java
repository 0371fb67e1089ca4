// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.PriorityQueue;

/// What is due when, on the clock of whoever calls. Nothing is cancelled: an action looks
/// whether it still applies. Of two at one time the earlier scheduled runs first. Confined to
/// the gossip loop.
final class Timers {
    /// Something to do at a time.
    @FunctionalInterface
    interface Action {
        /// @param lateNanos how long after its time it runs
        void run(long nowNanos, long lateNanos);
    }

    private record Timer(long atNanos, long number, Action action) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            long byTime = atNanos - other.atNanos; // safe where the clock wraps
            return byTime != 0 ? Long.signum(byTime) : Long.compare(number, other.number);
        }
    }

    private final PriorityQueue<Timer> queue = new PriorityQueue<>();
    private long scheduled;
    private long now;

    /// A call of the owner begins.
    void begin(long nowNanos) {
        now = nowNanos;
    }

    /// The time of the call in progress, for what is scheduled from deep within it.
    long now() {
        return now;
    }

    void at(long atNanos, Action action) {
        queue.add(new Timer(atNanos, scheduled++, action));
    }

    /// Runs what is due, and what that makes due.
    void run(long nowNanos) {
        Timer next = queue.peek();
        while (next != null && next.atNanos - nowNanos <= 0) {
            queue.remove();
            next.action.run(nowNanos, nowNanos - next.atNanos);
            next = queue.peek();
        }
    }

    /// The time of the first; `otherwise` where there is none.
    long next(long otherwise) {
        Timer next = queue.peek();
        return next == null ? otherwise : next.atNanos;
    }
}
