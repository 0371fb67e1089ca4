// SPDX-License-Identifier: Apache-2.0
package warren.agent.member;

import java.util.List;
import warren.cluster.Member;
import warren.cluster.NodeRecord;

/// The cluster as this node saw it at a moment. Immutable.
///
/// @param own this node's record, as published
/// @param members all others, by id
public record MembersView(NodeRecord own, List<Member> members) {
    public MembersView {
        members = List.copyOf(members);
    }
}
