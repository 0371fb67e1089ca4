// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import warren.agent.member.MembersView;
import warren.cluster.Member;
import warren.cluster.NodeRecord;
import warren.control.Problem;
import warren.control.RefusedException;

/// Finds the node that a user means: by its name, its id, or the beginning of its id as
/// `warren peers` shows it.
final class NamedNodes {
    /// Shorter beginnings are more likely a slip than an id.
    private static final int MIN_ID = 4;

    private NamedNodes() {}

    static Member find(String wanted, MembersView view) throws RefusedException {
        List<Member> found = view.members().stream().filter(each -> is(each, wanted)).toList();
        boolean own = wanted.equals(view.own().name()) || wanted.equals(view.own().id().toString());
        if (own && found.isEmpty()) {
            throw new RefusedException(
                    new Problem(
                            "that is this very node",
                            "leave with `warren leave`, or evict it from another node"));
        }
        if (found.isEmpty()) {
            throw new RefusedException(
                    new Problem("no node is called " + wanted, "see `warren peers`"));
        }
        if (found.size() > 1 || own) {
            throw ambiguous(wanted, own ? view.own() : null, found);
        }
        return found.getFirst();
    }

    private static RefusedException ambiguous(
            String wanted, @Nullable NodeRecord own, List<Member> found) {
        List<String> ids = new ArrayList<>();
        if (own != null) {
            ids.add(own.id() + " (this node)");
        }
        for (Member member : found) {
            String state = member.state().name().toLowerCase(Locale.ROOT);
            ids.add(member.id() + " (" + state + ")");
        }
        return new RefusedException(
                new Problem(
                        ids.size() + " nodes are called " + wanted + ": " + String.join(", ", ids),
                        "name one by its id"));
    }

    private static boolean is(Member member, String wanted) {
        return member.record().name().equals(wanted)
                || (wanted.length() >= MIN_ID && member.id().toString().startsWith(wanted));
    }
}
