// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.List;

/// Takes in nodes that the owner knows otherwise than by gossip: from its disk, or from a join
/// exchange, whose other side may see some dead that are alive here. Confined to the gossip loop.
final class Introductions {
    private final MemberEntry self;
    private final Roster roster;
    private final Membership membership;
    private final RollCalls rollCalls;

    Introductions(GossipContext context, Membership membership, RollCalls rollCalls) {
        this.self = context.self();
        this.roster = context.roster();
        this.membership = membership;
        this.rollCalls = rollCalls;
    }

    /// From whoever holds our newest secret.
    void learn(List<KnownNode> nodes, long nowNanos) {
        boolean isNews = nodes.size() <= GossipLayout.NEWS; // more are what everyone knows
        int contradicted = 0;
        for (KnownNode node : nodes) {
            boolean doubtful = isSeenOtherwise(node);
            contradicted += doubtful ? 1 : 0;
            membership.learn(
                    doubtful && !isNews ? KnownNode.unheard(node.record()) : node,
                    self.id,
                    isNews,
                    nowNanos);
            MemberEntry entry = roster.get(node.record().id());
            if (entry != null) {
                entry.vouched = true;
            }
        }
        if (!isNews && contradicted >= GossipLayout.ROLL_CALL_AT) {
            rollCalls.call(nowNanos); // an answer from the other side of a partition
        }
    }

    private boolean isSeenOtherwise(KnownNode node) {
        MemberEntry known = roster.get(node.record().id());
        return node.state() == MemberState.DEAD
                && known != null
                && known.state == MemberState.ALIVE;
    }

    /// Only what is known already: whoever said it does not hold our newest secret.
    void learnKnown(List<KnownNode> nodes, long nowNanos) {
        for (KnownNode node : nodes) {
            if (roster.get(node.record().id()) != null || node.record().id().equals(self.id)) {
                membership.learn(node, self.id, true, nowNanos);
            }
        }
    }

    /// From our own disk.
    void restore(List<KnownNode> nodes, long nowNanos) {
        for (KnownNode node : nodes) {
            membership.restore(node, nowNanos);
        }
    }
}
