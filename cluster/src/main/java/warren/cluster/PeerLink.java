// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.HashMap;
import java.util.Map;

/// What the gossip loop keeps of a node it exchanges datagrams with: keys, the last round trip,
/// and what it may still have of us. Confined to the gossip loop.
final class PeerLink {
    /// By epoch.
    final Map<Integer, PairKeys> keys = HashMap.newHashMap(1);

    long rttNanos = -1;

    /// When it last pinged us, or was probed for not having done so.
    long pingedNanos;

    boolean pings;

    /// The tag of the newest secret under which it has spoken to us; 0 where there is none.
    int spokeEpoch;

    boolean hasSpoken;

    /// When a datagram of its own came last.
    long spokenNanos;

    /// Which secret was sent to it last, and when.
    int pushedEpoch;

    long pushedNanos;

    /// When it was last told how it is seen.
    private long toldNanos;

    private boolean told;

    /// When an answer to it last carried news.
    private long newsNanos;

    private boolean heard;

    /// Sync datagrams it may still have.
    private final Allowance budget =
            new Allowance(GossipLayout.BUDGET, GossipLayout.BUDGET_INTERVAL);

    /// Signatures that are still verified on its word.
    private final Allowance trust = new Allowance(GossipLayout.TRUST, GossipLayout.TRUST_INTERVAL);

    void spoke(long nowNanos) {
        hasSpoken = true;
        spokenNanos = nowNanos;
    }

    /// Whether it may be told again how it is seen; then it counts as told.
    boolean mayTell(long nowNanos) {
        if (told && nowNanos - toldNanos < GossipLayout.TELL_INTERVAL) {
            return false;
        }
        told = true;
        toldNanos = nowNanos;
        return true;
    }

    /// Whether an answer to it may carry news; then it counts as one that did.
    boolean mayHear(long nowNanos) {
        if (heard && nowNanos - newsNanos < GossipLayout.GOSSIP_INTERVAL) {
            return false;
        }
        heard = true;
        newsNanos = nowNanos;
        return true;
    }

    /// Takes one from the budget of sync datagrams; false where it is used up.
    boolean spend(long nowNanos) {
        return budget.spend(nowNanos);
    }

    /// Takes one from the signatures that are verified for it; false where they are used up.
    boolean spendTrust(long nowNanos) {
        return trust.spend(nowNanos);
    }

    void forgetKeys() {
        keys.values().forEach(PairKeys::destroy);
        keys.clear();
    }
}
