// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

/// How often one source may try to join: a token bucket for each IPv4 address or IPv6 `/64`, and
/// one for all together. Thread-safe: guarded by its own lock.
///
/// A source that has used nothing for a while is forgotten; where the table is full of sources
/// that have not, the one least recently seen is, so memory is bounded and a flood from many
/// addresses is held by the common bucket.
public final class JoinLimiter {
    /// Five tries at once, then one every two seconds: a person with a token notices nothing.
    private static final int SOURCE_BURST = 5;

    private static final long SOURCE_INTERVAL_NANOS = 2_000_000_000L;

    /// All nodes of a cluster of a thousand may come back at once; proofs cost a millisecond
    /// each.
    private static final int TOTAL_BURST = 200;

    private static final long TOTAL_INTERVAL_NANOS = 20_000_000L;
    private static final int MAX_SOURCES = 4096;

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Map<IpPrefix, Bucket> sources = new LinkedHashMap<>(16, 0.75f, true);

    @GuardedBy("lock")
    private final Bucket total = new Bucket(TOTAL_BURST);

    public JoinLimiter() {}

    /// Whether a connection from `source` may be served now; counts it.
    public boolean admit(IpAddress source, long nowNanos) {
        IpPrefix key = new IpPrefix(source, source.isV4() ? 32 : 64);
        synchronized (lock) {
            Bucket bucket = sources.computeIfAbsent(key, _ -> new Bucket(SOURCE_BURST));
            trim();
            return bucket.take(SOURCE_BURST, SOURCE_INTERVAL_NANOS, nowNanos)
                    && total.take(TOTAL_BURST, TOTAL_INTERVAL_NANOS, nowNanos);
        }
    }

    @GuardedBy("lock")
    private void trim() {
        if (sources.size() > MAX_SOURCES) {
            Iterator<IpPrefix> oldest = sources.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    private static final class Bucket {
        private int tokens;
        private boolean started;
        private long filledNanos;

        Bucket(int tokens) {
            this.tokens = tokens;
        }

        boolean take(int burst, long intervalNanos, long nowNanos) {
            if (!started) {
                started = true;
                filledNanos = nowNanos;
            }
            long earned = Math.max(0, (nowNanos - filledNanos) / intervalNanos);
            filledNanos += earned * intervalNanos;
            tokens = (int) Math.min(burst, tokens + earned);
            if (tokens == 0) {
                return false;
            }
            tokens--;
            return true;
        }
    }
}
