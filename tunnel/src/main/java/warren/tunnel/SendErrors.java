// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.TimeUnit;
import warren.linux.Errno;

/// What the kernel refused to send, which is never fatal: routes, addresses and firewalls come and
/// go. Everything is counted; the log hears of it once a period, for a whole device. Thread-safe;
/// called only where sending failed.
final class SendErrors {
    private static final System.Logger LOG = System.getLogger(SendErrors.class.getName());

    /// Often enough to be noticed, rarely enough to be no burden for days.
    static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Object lock = new Object();

    @GuardedBy("lock")
    private long total;

    @GuardedBy("lock")
    private long logged;

    @GuardedBy("lock")
    private long quietUntilNanos;

    /// @param errno what the kernel said, or 0 where the socket stayed full
    /// @param datagrams how many did not leave
    void count(int errno, int datagrams, long nowNanos) {
        long unlogged;
        synchronized (lock) {
            boolean quiet = logged > 0 && quietUntilNanos - nowNanos > 0;
            total += datagrams;
            if (quiet) {
                return;
            }
            unlogged = total - logged;
            logged = total;
            quietUntilNanos = nowNanos + PERIOD_NANOS;
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "Datagrams were not sent: last={0} count={1}",
                errno == 0 ? "socket full" : Errno.describe(errno),
                Long.toString(unlogged));
    }

    long total() {
        synchronized (lock) {
            return total;
        }
    }
}
