// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.List;

/// Why a node is suspect and until when, after Lifeguard (arXiv 1707.00788, section IV-B): long
/// while one alone suspects it, short once others confirm. Confined to the gossip loop.
final class Suspicion {
    long deadlineNanos;

    /// The first, and then who confirmed it.
    private final List<NodeId> accusers = new ArrayList<>(1);

    /// @param deadlineNanos when it will be dead
    Suspicion(long deadlineNanos) {
        this.deadlineNanos = deadlineNanos;
    }

    /// @return whether that is news; once enough have confirmed it nothing is
    boolean accuse(NodeId by) {
        if (accusers.size() > GossipLayout.CONFIRMATIONS || accusers.contains(by)) {
            return false;
        }
        accusers.add(by);
        return true;
    }

    /// How many confirmed what the first said.
    int confirmations() {
        return Math.max(0, accusers.size() - 1);
    }

    /// Who is named when it is passed on: the last who was heard of.
    NodeId accuser(NodeId otherwise) {
        return accusers.isEmpty() ? otherwise : accusers.getLast();
    }

    /// @param nodes how many nodes the cluster has, this one included
    /// @param confirmations how many nodes other than the first suspect it too
    static long timeoutNanos(int nodes, int confirmations) {
        double scale = Math.log10(Math.max(10, nodes)) - 1;
        double min = GossipLayout.SUSPICION_MIN + GossipLayout.SUSPICION_STEP * scale;
        double max = min * GossipLayout.SUSPICION_ALONE;
        int wanted = Math.min(GossipLayout.CONFIRMATIONS, nodes - 2); // neither it nor the first
        if (wanted < 1) {
            return (long) max; // nobody could confirm
        }
        double done = Math.log(1.0 + confirmations) / Math.log(1.0 + wanted);
        return (long) Math.max(min, max - (max - min) * done);
    }
}
