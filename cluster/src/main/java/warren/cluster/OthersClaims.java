// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

/// What the other nodes claim, as far as it counts. Immutable.
final class OthersClaims {
    /// Somebody's claim.
    record Theirs(Claim claim, Member member) {
        Right right() {
            return Right.of(claim, member.id());
        }
    }

    private final Collection<Member> members;
    private final List<Theirs> all = new ArrayList<>();
    private final List<Theirs> present = new ArrayList<>();

    /// @param members all other nodes
    OthersClaims(OverlayNetwork network, Collection<Member> members) {
        this.members = members;
        for (Member member : members) {
            for (Claim claim : member.record().content().claims()) {
                if (network.admits(claim)) {
                    Theirs theirs = new Theirs(claim, member);
                    all.add(theirs);
                    if (isPresent(member)) {
                        present.add(theirs);
                    }
                }
            }
        }
    }

    Collection<Member> members() {
        return members;
    }

    /// Of the nodes present.
    List<Theirs> present() {
        return present;
    }

    boolean isAnybodyPresent() {
        return members.stream().anyMatch(OthersClaims::isPresent);
    }

    long highestLamport() {
        return all.stream().mapToLong(theirs -> theirs.claim.lamport()).max().orElse(0);
    }

    /// What nobody else may claim as a block: also what the dead have, who may come back.
    List<IpPrefix> taken() {
        return all.stream()
                .filter(theirs -> theirs.member.state() != MemberState.LEFT)
                .map(theirs -> theirs.claim.prefix())
                .toList();
    }

    /// Single addresses, which lie in others' blocks at times.
    Set<IpAddress> singles() {
        Set<IpAddress> singles = new HashSet<>();
        for (IpPrefix prefix : taken()) {
            if (prefix.isSingle()) {
                singles.add(prefix.address());
            }
        }
        return singles;
    }

    /// Whether a node that is present has claimed the whole of it.
    boolean isOwned(IpPrefix prefix) {
        return present.stream().anyMatch(theirs -> theirs.claim.prefix().contains(prefix));
    }

    /// A claim to this very prefix that is better than `right`, of a node that is present.
    ///
    /// @param right null where any is better
    /// @param asked whether those count that are only questions
    @Nullable Theirs better(IpPrefix prefix, @Nullable Right right, boolean asked) {
        for (Theirs theirs : present) {
            if (theirs.claim.prefix().equals(prefix)
                    && (asked || !theirs.claim.asked())
                    && (right == null || theirs.right().beats(right))) {
                return theirs;
            }
        }
        return null;
    }

    private static boolean isPresent(Member member) {
        return switch (member.state()) {
            case ALIVE, SUSPECT -> true;
            case DEAD, LEFT -> false;
        };
    }
}
