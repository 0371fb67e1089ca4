// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.concurrent.TimeUnit;

/// What happens to datagrams on their way from one simulated node to another.
///
/// @param loss the share that vanishes
/// @param duplicates the share that arrives twice
/// @param minDelayNanos the shortest way; the spread up to the longest is what reorders
/// @param maxDelayNanos the longest way
record SimLink(double loss, double duplicates, long minDelayNanos, long maxDelayNanos) {
    static final SimLink GOOD = new SimLink(0, 0, ms(5), ms(5));
    static final SimLink JITTERY = new SimLink(0, 0, ms(1), ms(80));
    static final SimLink LOSSY = new SimLink(0.3, 0.05, ms(5), ms(200));
    static final SimLink AWFUL = new SimLink(0.6, 0.4, ms(1), ms(3000));
    static final SimLink DUPLICATING = new SimLink(0, 1, ms(1), ms(1000));
    static final SimLink DOWN = new SimLink(1, 0, 0, 0);

    private static long ms(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
