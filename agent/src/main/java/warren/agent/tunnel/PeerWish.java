// SPDX-License-Identifier: Apache-2.0
package warren.agent.tunnel;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import warren.wireguard.Endpoint;
import warren.wireguard.IpPrefix;
import warren.wireguard.PresharedKey;
import warren.wireguard.PublicKey;

/// One peer as it should be. Immutable, apart from the preshared key, which stays its owner's.
///
/// @param allowedIps every source and destination that is its, sorted
/// @param candidates where it may be reached, best first; empty where only it can reach us
/// @param persistentKeepalive seconds; 0 for off
public record PeerWish(
        PublicKey publicKey,
        PresharedKey presharedKey,
        List<IpPrefix> allowedIps,
        List<Endpoint> candidates,
        int persistentKeepalive) {
    public PeerWish {
        SortedSet<IpPrefix> sorted = new TreeSet<>(allowedIps);
        allowedIps = List.copyOf(sorted);
        candidates = List.copyOf(candidates);
    }
}
