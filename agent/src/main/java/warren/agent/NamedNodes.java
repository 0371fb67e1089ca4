// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.util.List;
import warren.agent.member.MembersView;
import warren.cluster.Member;
import warren.control.Problem;
import warren.control.RefusedException;

/// Finds the node that a user means: by its name, its id, or the beginning of its id as
/// `warren peers` shows it.
final class NamedNodes {
    /// Shorter beginnings are more likely a slip than an id.
    private static final int MIN_ID = 4;

    private NamedNodes() {}

    static Member find(String wanted, MembersView view) throws RefusedException {
        if (wanted.equals(view.own().name()) || wanted.equals(view.own().id().toString())) {
            throw new RefusedException(
                    new Problem(
                            "that is this very node",
                            "leave with `warren leave`, or evict it from another node"));
        }
        List<Member> found = view.members().stream().filter(each -> is(each, wanted)).toList();
        if (found.size() == 1) {
            return found.getFirst();
        }
        throw new RefusedException(
                found.isEmpty()
                        ? new Problem("no node is called " + wanted, "see `warren peers`")
                        : new Problem(
                                found.size() + " nodes are called " + wanted,
                                "name one by its id, as `warren peers --json` shows it"));
    }

    private static boolean is(Member member, String wanted) {
        return member.record().name().equals(wanted)
                || (wanted.length() >= MIN_ID && member.id().toString().startsWith(wanted));
    }
}
