// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import warren.agent.member.MembersView;
import warren.cluster.Member;
import warren.cluster.MemberState;
import warren.cluster.NodeId;
import warren.cluster.NodeRecord;

/// Nodes that can be mistaken for one another, in sentences for `status`. Pure.
final class Mistaken {
    private Mistaken() {}

    /// Names that several nodes bear. Nothing breaks by it: nodes are told apart by their ids.
    static List<String> doubled(MembersView view) {
        Map<String, List<NodeId>> bearers = new TreeMap<>();
        bearers.computeIfAbsent(view.own().name(), _ -> new ArrayList<>()).add(view.own().id());
        for (Member member : view.members()) {
            if (member.state() != MemberState.LEFT) {
                bearers.computeIfAbsent(member.record().name(), _ -> new ArrayList<>())
                        .add(member.id());
            }
        }
        List<String> sentences = new ArrayList<>();
        bearers.forEach(
                (name, ids) -> {
                    if (ids.size() > 1) {
                        sentences.add(sentence(name, ids));
                    }
                });
        return sentences;
    }

    private static String sentence(String name, List<NodeId> ids) {
        return ids.size()
                + " nodes are called "
                + name
                + ": "
                + String.join(", ", ids.stream().map(NodeId::toString).toList())
                + "; name them by their ids";
    }

    /// Identities that two machines use at once.
    static List<String> cloned(Collection<NodeId> clones, MembersView view) {
        List<String> sentences = new ArrayList<>();
        if (clones.contains(view.own().id())) {
            sentences.add(
                    "another machine runs with this node's identity (a copied disk?);"
                            + " stop its agent and remove /var/lib/warren there, or here");
        }
        for (Member member : view.members()) {
            if (clones.contains(member.id())) {
                NodeRecord record = member.record();
                sentences.add(
                        "two machines run with the identity of node "
                                + record.name()
                                + " ("
                                + record.id()
                                + "), a copied disk?; stop one of the agents and remove"
                                + " /var/lib/warren there");
            }
        }
        return sentences;
    }
}
