// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import warren.cluster.AddressPlan;
import warren.cluster.Member;
import warren.cluster.NodeId;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

/// The overlay addresses that this node gave out. Immutable.
///
/// @param containers address by container
/// @param host the node's own, or null while it has none
/// @param conflicts containers whose address another node keeps
record AddressUse(
        SortedMap<String, IpAddress> containers,
        @Nullable IpAddress host,
        List<AddressPlan.Conflict> conflicts) {
    static final AddressUse NONE = new AddressUse(new TreeMap<>(), null, List.of());

    AddressUse {
        containers = Collections.unmodifiableSortedMap(new TreeMap<>(containers));
        conflicts = List.copyOf(conflicts);
    }

    /// How many addresses of `prefix` are in use.
    long in(IpPrefix prefix) {
        long ours = host != null && prefix.contains(host) ? 1 : 0;
        return ours + containers.values().stream().filter(prefix::contains).count();
    }

    /// One sentence for the user.
    static String describe(AddressPlan.Conflict conflict, Collection<Member> members) {
        return "container "
                + conflict.container()
                + " is isolated: node "
                + name(conflict.winner(), members)
                + " has its address "
                + conflict.address()
                + " too; detach it and attach it again";
    }

    /// The name with the id behind it: two nodes may have one name.
    static String name(NodeId id, Collection<Member> members) {
        return members.stream()
                .filter(member -> member.id().equals(id))
                .findFirst()
                .map(member -> member.record().name() + " (" + id + ")")
                .orElse(id.toString());
    }
}
