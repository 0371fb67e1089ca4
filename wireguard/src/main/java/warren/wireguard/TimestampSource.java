// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

/// The timestamps of our handshake initiations. Thread-safe.
@FunctionalInterface
public interface TimestampSource {
    /// A TAI64N timestamp, 12 bytes, later than all before it.
    byte[] next();
}
