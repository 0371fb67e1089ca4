// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

/// Whether the device is *under load* (whitepaper section 5.3), judged by the rate of handshake
/// messages, since there is no queue here whose length could tell: a message costs a fixed share
/// of a processor whoever sent it. Load lasts for a second after the rate was last exceeded, so
/// that it does not flicker. Confined to the device's owner.
public final class LoadEstimator {
    private static final long HOLD_NANOS = 1_000_000_000L;

    private final long costNanos;
    private final long fullNanos;
    private long tokens;
    private long refilledAt;
    private long loadedUntil;
    private boolean loaded;

    /// @param perSecond handshake messages a second that are no load however long they last
    /// @param burst how many may come at once
    public LoadEstimator(int perSecond, int burst) {
        this.costNanos = 1_000_000_000L / perSecond;
        this.fullNanos = burst * costNanos;
        this.tokens = fullNanos;
    }

    /// Counts a handshake message.
    ///
    /// @return whether the device is under load, this message included
    public boolean onHandshake(long nowNanos) {
        long elapsed = Math.max(0, nowNanos - refilledAt);
        refilledAt = nowNanos;
        tokens = elapsed >= fullNanos ? fullNanos : Math.min(fullNanos, tokens + elapsed);
        if (tokens >= costNanos) {
            tokens -= costNanos;
        } else {
            loaded = true;
            loadedUntil = nowNanos + HOLD_NANOS;
        }
        return underLoad(nowNanos);
    }

    public boolean underLoad(long nowNanos) {
        if (loaded && loadedUntil - nowNanos <= 0) {
            loaded = false;
        }
        return loaded;
    }
}
