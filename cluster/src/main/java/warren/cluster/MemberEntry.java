// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import warren.wireguard.IpAddress;

/// What the gossip loop keeps of another node. Confined to the gossip loop; state and
/// incarnation change in [Membership] alone.
final class MemberEntry {
    final NodeId id;
    final IpAddress address;

    NodeRecord record;
    MemberState state;
    int incarnation;
    long sinceNanos;
    long rttNanos = -1;

    /// While SUSPECT: when it will be dead, since when it is suspect, and who says so.
    long suspicionDeadlineNanos;

    final Set<NodeId> suspectedBy = new HashSet<>();

    /// By epoch.
    final Map<Integer, PairKeys> keys = new HashMap<>();

    /// When it was last told how it is seen.
    long toldNanos;

    boolean told;

    /// Unsolicited or answering sync datagrams it may still have.
    int budget = GossipLayout.BUDGET;

    long budgetNanos;

    MemberEntry(
            NodeRecord record, IpAddress address, MemberState state, int incarnation, long now) {
        this.id = record.id();
        this.record = record;
        this.address = address;
        this.state = state;
        this.incarnation = incarnation;
        this.sinceNanos = now;
        this.budgetNanos = now;
    }

    /// Whether it belongs on the ring.
    boolean isPresent() {
        return switch (state) {
            case ALIVE, SUSPECT -> true;
            case DEAD, LEFT -> false;
        };
    }

    /// Takes one from the budget of sync datagrams; false where it is used up.
    boolean spend(long nowNanos) {
        long earned = Math.max(0, (nowNanos - budgetNanos) / GossipLayout.BUDGET_INTERVAL);
        budgetNanos += earned * GossipLayout.BUDGET_INTERVAL;
        budget = (int) Math.min(GossipLayout.BUDGET, budget + earned);
        if (budget == 0) {
            return false;
        }
        budget--;
        return true;
    }

    Member snapshot() {
        return new Member(record, address, state, incarnation, sinceNanos, rttNanos);
    }
}
