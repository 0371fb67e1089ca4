// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import org.jspecify.annotations.Nullable;

/// Why a node is suspect and until when, after Lifeguard (arXiv 1707.00788, section IV-B): long
/// while one alone suspects it, short once others confirm. Confined to the gossip loop.
final class Suspicion {
    long deadlineNanos;

    /// Where its node stands among the suspects.
    int place;

    /// The first, and then who confirmed it: no list, since half of thousands may be suspect.
    private final @Nullable NodeId[] accusers =
            new @Nullable NodeId[1 + GossipLayout.CONFIRMATIONS];

    private int count;

    /// @param deadlineNanos when it will be dead
    Suspicion(long deadlineNanos) {
        this.deadlineNanos = deadlineNanos;
    }

    /// @return whether that is news; once enough have confirmed it nothing is
    boolean accuse(NodeId by) {
        if (!isNewsFrom(by)) {
            return false;
        }
        accusers[count++] = by;
        return true;
    }

    /// Whether it would be news that `by` suspects the node too.
    boolean isNewsFrom(NodeId by) {
        for (int i = 0; i < count; i++) {
            if (by.equals(accusers[i])) {
                return false;
            }
        }
        return count < accusers.length;
    }

    /// How many confirmed what the first said.
    int confirmations() {
        return Math.max(0, count - 1);
    }

    /// Who is named when it is passed on: the last who was heard of.
    NodeId accuser(NodeId otherwise) {
        NodeId last = count == 0 ? null : accusers[count - 1];
        return last == null ? otherwise : last;
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
