// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.List;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

/// The containers' IPv4 network, such as `10.100.0.0/16`: the same on every node of a cluster,
/// chosen by `warren init`. Immutable.
///
/// @param prefix an IPv4 prefix of length [#MIN_LENGTH] to [#MAX_LENGTH]
public record OverlayNetwork(IpPrefix prefix) {
    /// `10.0.0.0/8` is the largest private network there is.
    public static final int MIN_LENGTH = 8;

    /// Room for sixteen of the smallest blocks.
    public static final int MAX_LENGTH = 26;

    /// Never unicast, or never routed: RFC 6890's special blocks that cannot hold containers.
    private static final List<IpPrefix> FORBIDDEN =
            List.of(
                    IpPrefix.parse("0.0.0.0/8"),
                    IpPrefix.parse("127.0.0.0/8"),
                    IpPrefix.parse("169.254.0.0/16"),
                    IpPrefix.parse("224.0.0.0/3"));

    public static final OverlayNetwork DEFAULT =
            new OverlayNetwork(IpPrefix.parse("10.100.0.0/16"));

    public OverlayNetwork {
        if (!prefix.address().isV4()) {
            throw new IllegalArgumentException(
                    "the overlay network is IPv4 (IPv6 follows from it), not " + prefix);
        }
        if (prefix.length() < MIN_LENGTH || prefix.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("the overlay network is a /8 to /26, not " + prefix);
        }
        for (IpPrefix forbidden : FORBIDDEN) {
            if (forbidden.overlaps(prefix)) {
                throw new IllegalArgumentException(
                        "the overlay network "
                                + prefix
                                + " lies in "
                                + forbidden
                                + ", which containers cannot use");
            }
        }
    }

    /// Reads CIDR text strictly: host bits must be zero.
    ///
    /// @throws IllegalArgumentException naming the text and what is wrong with it
    public static OverlayNetwork parse(String text) {
        IpPrefix prefix = IpPrefix.parse(text);
        String address = text.contains("/") ? text.substring(0, text.indexOf('/')) : text;
        if (!prefix.address().equals(IpAddress.parse(address))) {
            throw new IllegalArgumentException(
                    text + " has host bits set; the network would be " + prefix);
        }
        return new OverlayNetwork(prefix);
    }

    /// Whether a container may have this address: inside, and neither the network's first
    /// address nor its last (broadcast).
    public boolean isUsable(IpAddress address) {
        return prefix.contains(address) && !address.equals(first()) && !address.equals(last());
    }

    /// Whether a claim counts: inside, and no larger than a block of this network. So one claim
    /// does not take the whole, and one record, which holds 64, a sixteenth of the default: of a
    /// /20 or smaller it may take all. `docs/gossip.md` says why no share is set for a node.
    public boolean admits(Claim claim) {
        return prefix.contains(claim.prefix())
                && claim.prefix().length() >= FreeSpace.blockLength(this);
    }

    IpAddress first() {
        return prefix.address();
    }

    IpAddress last() {
        return IpAddress.v4((int) (first().low() + (1L << (32 - prefix.length())) - 1));
    }

    @Override
    public String toString() {
        return prefix.toString();
    }
}
