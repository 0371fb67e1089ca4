// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.random.RandomGenerator;

/// The instance ids of records: the second in which the agent started, by its own clock, and 32
/// random bits. Two starts never share one, and each tells how far the node's clock had got.
///
/// ```
/// | seconds since 1970 (32) | random (32) |
/// ```
public final class Instance {
    private Instance() {}

    public static long draw(long epochSeconds, RandomGenerator random) {
        return (epochSeconds << 32) | (random.nextInt() & 0xffffffffL);
    }

    /// When that agent started, in seconds since 1970.
    public static long startedAt(long instance) {
        return instance >>> 32;
    }
}
