// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.random.RandomGenerator;
import warren.cluster.Gossip.Outbox;

/// Decides when the owner should try the join exchange on the underlay, because nobody can be
/// reached through the tunnel: a node that has been alone for a while, and, as long as somebody is
/// dead, some node of the whole cluster about every ten seconds, for halves of a split cluster are
/// never alone. Confined to the gossip loop.
final class Recovery {
    private final Membership membership;
    private final Roster roster;
    private final Timers timers;
    private final RandomGenerator random;
    private final Outbox outbox;
    private boolean alone;
    private long aloneSinceNanos;

    Recovery(GossipContext context, Membership membership) {
        this.membership = membership;
        this.roster = context.roster();
        this.timers = context.timers();
        this.random = context.random();
        this.outbox = context.outbox();
    }

    void start(long nowNanos) {
        timers.at(nowNanos, (now, _) -> consider(now));
    }

    private void consider(long nowNanos) {
        if (membership.isLeaving()) {
            return;
        }
        int alive = roster.count(MemberState.ALIVE);
        boolean wasAlone = alone;
        alone = alive == 0;
        if (alone && !wasAlone) {
            aloneSinceNanos = nowNanos;
        }
        long share = alone ? 1 : alive + 1L;
        boolean due = alone && nowNanos - aloneSinceNanos >= GossipLayout.ALONE_FIRST;
        if (due || (!alone && random.nextLong(share * 10) == 0)) {
            ask();
        }
        long interval =
                due
                        ? GossipLayout.RECOVERY_INTERVAL / 2
                                + random.nextLong(GossipLayout.RECOVERY_INTERVAL)
                        : GossipLayout.SECOND;
        timers.at(nowNanos + interval, (now, _) -> consider(now));
    }

    /// Mostly towards a node that cannot be reached.
    private void ask() {
        MemberEntry dead = roster.any(MemberState.DEAD, random);
        if (dead == null) {
            dead = alone ? roster.any(MemberState.SUSPECT, random) : null;
        }
        if (dead != null && random.nextInt(4) != 0) {
            outbox.on(new GossipEvent.RecoveryDue(dead.record));
        } else if (dead != null || alone) {
            outbox.on(new GossipEvent.RecoveryDue(null));
        }
    }
}
