// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

/// The addresses that follow from ids and are never allocated.
///
/// ```
/// node        fd | cluster id (40) | node id (80)
/// container   fd | other id   (40) | zeros (48) | IPv4 address (32)
/// ```
///
/// The other id is a hash of the cluster id, so both `/48` are random ULA prefixes (RFC 4193)
/// and an IPv4 block `/n` is the IPv6 block `/(96 + n)`.
public final class NodeAddress {
    private NodeAddress() {}

    /// The `/128` of a node.
    public static IpAddress of(ClusterId cluster, NodeId node) {
        return IpAddress.v6((0xfdL << 56) | (cluster.bits() << 16) | node.high(), node.low());
    }

    /// The `/48` in which all node addresses of the cluster lie.
    public static IpPrefix nodes(ClusterId cluster) {
        return new IpPrefix(IpAddress.v6((0xfdL << 56) | (cluster.bits() << 16), 0), 48);
    }

    /// The `/48` in which all container IPv6 addresses of the cluster lie.
    public static IpPrefix containers(ClusterId cluster) {
        byte[] bits =
                LabelledHash.of(ClusterId.LENGTH, "warren container addresses", cluster.toBytes());
        long other = ClusterId.of(bits).bits();
        long id = other == cluster.bits() ? other ^ 1 : other; // never the nodes' own /48
        return new IpPrefix(IpAddress.v6((0xfdL << 56) | (id << 16), 0), 48);
    }

    /// The IPv6 address of the container whose IPv4 address this is.
    public static IpAddress container(ClusterId cluster, IpAddress v4) {
        return container(cluster, IpPrefix.of(v4)).address();
    }

    /// The IPv6 block beside an IPv4 block.
    public static IpPrefix container(ClusterId cluster, IpPrefix v4) {
        if (!v4.address().isV4()) {
            throw new IllegalArgumentException("not an IPv4 prefix: " + v4);
        }
        long high = containers(cluster).address().high();
        return new IpPrefix(IpAddress.v6(high, v4.address().low()), 96 + v4.length());
    }
}
