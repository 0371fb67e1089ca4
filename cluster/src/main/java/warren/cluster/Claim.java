// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import warren.wireguard.IpPrefix;

/// A node's claim to a part of the overlay network: a block, or one address as `/32`. Immutable.
///
/// @param prefix the IPv4 prefix claimed
/// @param lamport when, by the cluster's Lamport counter: one more than the highest the claimer
///     had seen. Of two claims that overlap the smaller counter keeps, then the smaller node id
public record Claim(IpPrefix prefix, long lamport) {
    public Claim {
        if (!prefix.address().isV4()) {
            throw new IllegalArgumentException("a claim is an IPv4 prefix, not " + prefix);
        }
        if (lamport < 1) {
            throw new IllegalArgumentException("a Lamport counter starts at 1, not " + lamport);
        }
    }
}
