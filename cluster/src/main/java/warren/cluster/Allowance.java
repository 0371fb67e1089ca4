// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

/// How often something may still be done: up to a number at once, and one more for each interval
/// that passes. Confined to the gossip loop.
final class Allowance {
    private final int most;
    private final long intervalNanos;
    private int left;
    private long sinceNanos;

    Allowance(int most, long intervalNanos) {
        this.most = most;
        this.intervalNanos = intervalNanos;
        this.left = most;
    }

    /// Takes one; false where it is used up.
    boolean spend(long nowNanos) {
        if (left == most) {
            sinceNanos = nowNanos; // a full one earns nothing
        }
        long earned = (nowNanos - sinceNanos) / intervalNanos;
        sinceNanos += earned * intervalNanos;
        left = (int) Math.min(most, left + earned);
        if (left == 0) {
            return false;
        }
        left--;
        return true;
    }
}
