// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

/// The containers' IPv4 network, such as `10.100.0.0/16`: the same on every node of a cluster,
/// chosen by `warren init`. Immutable.
///
/// @param prefix an IPv4 prefix of length [#MIN_LENGTH] to [#MAX_LENGTH]
@SuppressWarnings({"DoNotCallSuggester", "UnusedMethod", "UnusedVariable"}) // until it is built
public record OverlayNetwork(IpPrefix prefix) {
    /// `10.0.0.0/8` is the largest private network there is.
    public static final int MIN_LENGTH = 8;

    /// Room for sixteen of the smallest blocks.
    public static final int MAX_LENGTH = 26;

    public static final OverlayNetwork DEFAULT =
            new OverlayNetwork(IpPrefix.parse("10.100.0.0/16"));

    public OverlayNetwork {
        throw Skeleton.missing();
    }

    /// Reads CIDR text strictly: host bits must be zero.
    ///
    /// @throws IllegalArgumentException naming the text and what is wrong with it
    public static OverlayNetwork parse(String text) {
        throw Skeleton.missing();
    }

    /// Whether a container may have this address: inside, and neither the network's first
    /// address nor its last (broadcast).
    public boolean isUsable(IpAddress address) {
        throw Skeleton.missing();
    }

    @Override
    public String toString() {
        return prefix.toString();
    }
}
