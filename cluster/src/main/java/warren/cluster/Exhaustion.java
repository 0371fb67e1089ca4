// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import warren.cluster.AddressPlan.Allocation;
import warren.wireguard.IpPrefix;

/// What to say when the overlay network has no room for another block.
final class Exhaustion {
    private Exhaustion() {}

    /// @param own the blocks of this node
    static Allocation.Refused of(
            OverlayNetwork network, List<IpPrefix> own, Collection<Member> others) {
        long size = size(network.prefix());
        List<IpPrefix> all = new ArrayList<>(own);
        int owners = own.isEmpty() ? 0 : 1;
        List<IpPrefix> lost = new ArrayList<>();
        int dead = 0;
        for (Member other : others) {
            List<IpPrefix> theirs = blocks(network, other);
            if (!theirs.isEmpty()) {
                owners++;
                all.addAll(theirs);
                if (other.state() == MemberState.DEAD) {
                    dead++;
                    lost.addAll(theirs);
                }
            }
        }
        String message =
                "the overlay network %s is full: %s %d of its %d addresses, this one %d"
                        .formatted(
                                network,
                                owners == 1 ? "1 node owns" : owners + " nodes own",
                                size(all),
                                size,
                                size(own));
        return dead == 0
                ? new Allocation.Refused(
                        message,
                        "detach containers; blocks that stay empty are given back after five"
                                + " minutes. `warren addresses` shows who owns what")
                : new Allocation.Refused(
                        message
                                + "; %d of the owners %s %d"
                                        .formatted(
                                                dead,
                                                dead == 1
                                                        ? "is dead and holds"
                                                        : "are dead and hold",
                                                size(lost)),
                        "start the dead nodes, or free what they hold with `warren evict NODE`"
                                + " (a node that goes says so with `warren leave`);"
                                + " `warren addresses` shows who owns what");
    }

    private static List<IpPrefix> blocks(OverlayNetwork network, Member member) {
        if (member.state() == MemberState.LEFT) {
            return List.of();
        }
        return member.record().content().claims().stream()
                .filter(network::admits)
                .map(Claim::prefix)
                .filter(prefix -> !prefix.isSingle())
                .toList();
    }

    private static long size(Collection<IpPrefix> prefixes) {
        return prefixes.stream().mapToLong(Exhaustion::size).sum();
    }

    private static long size(IpPrefix prefix) {
        return 1L << (32 - prefix.length());
    }
}
