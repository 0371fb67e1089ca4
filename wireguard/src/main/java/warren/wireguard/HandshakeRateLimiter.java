// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.Arrays;

/// How many handshake messages one source may have processed while the device is under load
/// (whitepaper section 5.3): a token bucket for each IPv4 address and each IPv6 `/64`, 20 a second
/// with a burst of 5, as the other implementations have it.
///
/// The table has a fixed size and allocates nothing: sets of eight buckets, chosen by a secret hash
/// so that nobody can aim at a set. A bucket that has filled up again says nothing and is reused;
/// where all eight of a set are in use, a ninth source is refused. Only sources that proved their
/// address by a cookie get here, so filling the table takes as many real addresses. Confined to the
/// device's owner.
final class HandshakeRateLimiter {
    private static final long COST_NANOS = 1_000_000_000L / 20;
    private static final long FULL_NANOS = 5 * COST_NANOS;
    private static final int WAYS = 8;

    private final long secret;
    private final long[] source;
    private final long[] tokens;
    private final long[] refilledAt;

    /// @param secret random, so that collisions cannot be computed
    /// @param capacity how many sources are told apart; a power of two, at least 8
    HandshakeRateLimiter(long secret, int capacity) {
        if (capacity < WAYS || Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("capacity " + capacity + " is no power of two >= 8");
        }
        this.secret = secret;
        this.source = new long[capacity];
        this.tokens = new long[capacity];
        this.refilledAt = new long[capacity];
        Arrays.fill(tokens, FULL_NANOS);
    }

    /// Whether one more handshake message from `address` may be processed.
    boolean allow(IpAddress address, long nowNanos) {
        long key = address.isV4() ? ~address.low() : address.high();
        int set = (int) (mix(key ^ secret) >>> 32) & (source.length - WAYS);
        int free = -1;
        for (int i = set; i < set + WAYS; i++) {
            refill(i, nowNanos);
            if (tokens[i] == FULL_NANOS) {
                free = i;
            } else if (source[i] == key) {
                return take(i);
            }
        }
        if (free < 0) {
            return false;
        }
        source[free] = key;
        return take(free);
    }

    private void refill(int i, long nowNanos) {
        long elapsed = Math.max(0, nowNanos - refilledAt[i]);
        refilledAt[i] = nowNanos;
        tokens[i] = elapsed >= FULL_NANOS ? FULL_NANOS : Math.min(FULL_NANOS, tokens[i] + elapsed);
    }

    private boolean take(int i) {
        if (tokens[i] < COST_NANOS) {
            return false;
        }
        tokens[i] -= COST_NANOS;
        return true;
    }

    /// A bijection that spreads every input bit (the finaliser of SplitMix64).
    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
