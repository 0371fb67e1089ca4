// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import warren.wireguard.IpPrefix;

/// A node's claim to a part of the overlay network: a block, or one address as `/32`. Immutable.
///
/// @param prefix the IPv4 prefix claimed
/// @param lamport when, by the cluster's Lamport counter: one more than the highest the claimer
///     had seen. Of two claims that overlap the smaller counter keeps, then the smaller node id
/// @param asked whether it is a question only: nothing is routed by it, and it gives way to every
///     claim that is none. Its claimer makes it good once nobody has objected
public record Claim(IpPrefix prefix, long lamport, boolean asked) {
    /// The highest counter: whatever a member claims, there is room for the claims of all others.
    public static final long MAX_LAMPORT = 1L << 48;

    public Claim {
        if (!prefix.address().isV4()) {
            throw new IllegalArgumentException("a claim is an IPv4 prefix, not " + prefix);
        }
        if (lamport < 1 || lamport > MAX_LAMPORT) {
            throw new IllegalArgumentException("a Lamport counter is 1 to 2^48, not " + lamport);
        }
        if (asked && !prefix.isSingle()) {
            throw new IllegalArgumentException("only a single address is asked for: " + prefix);
        }
    }

    /// A claim that holds.
    public Claim(IpPrefix prefix, long lamport) {
        this(prefix, lamport, false);
    }
}
