// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import warren.wireguard.IpAddress;

/// How often one source may try to join: a token bucket for each IPv4 address or IPv6 `/64`, and
/// one for all together. Bounded in memory. Thread-safe: guarded by its own lock.
@SuppressWarnings({"DoNotCallSuggester", "UnusedMethod", "UnusedVariable"}) // until it is built
public final class JoinLimiter {
    public JoinLimiter() {
        throw Skeleton.missing();
    }

    /// Whether a connection from `source` may be served now; counts it.
    public boolean admit(IpAddress source, long nowNanos) {
        throw Skeleton.missing();
    }
}
