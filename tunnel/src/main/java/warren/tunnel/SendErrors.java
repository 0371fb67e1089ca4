// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import warren.linux.errno.Errno;

/// What the kernel refused to send, which is never fatal: routes, addresses and firewalls come and
/// go. Everything is counted; the log hears of it once a period for each reason. Thread-safe;
/// called only where sending failed.
final class SendErrors {
    private static final System.Logger LOG = System.getLogger(SendErrors.class.getName());

    /// Often enough to be noticed, rarely enough to be no burden for days.
    static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Object lock = new Object();

    @GuardedBy("lock")
    private long total;

    /// By error number: until when the log stays quiet about it.
    @GuardedBy("lock")
    private final Map<Integer, Long> quietUntilNanos = new HashMap<>();

    /// @param errno what the kernel said, or 0 where the socket stayed full
    /// @param datagrams how many did not leave
    void count(int errno, int datagrams, long nowNanos) {
        long totalNow;
        synchronized (lock) {
            total += datagrams;
            Long quiet = quietUntilNanos.get(errno);
            if (quiet != null && quiet - nowNanos > 0) {
                return;
            }
            quietUntilNanos.put(errno, nowNanos + PERIOD_NANOS);
            totalNow = total;
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "Datagrams were not sent: reason={0} total={1}",
                errno == 0 ? "socket full" : Errno.describe(errno),
                Long.toString(totalNow));
    }

    long total() {
        synchronized (lock) {
            return total;
        }
    }
}
