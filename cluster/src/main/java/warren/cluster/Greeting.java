// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.List;

/// Opens the paths to peers of the ring that have just been met, and compares notes with them.
/// Confined to the gossip loop.
///
/// The lesser id first: two WireGuard initiations that cross undo each other, and are tried again
/// only after five seconds. The greater follows, in case the other was not let in yet.
final class Greeting {
    private final MemberEntry self;
    private final Roster roster;
    private final Timers timers;
    private final Prober prober;
    private final AntiEntropy antiEntropy;
    private boolean scheduled;

    Greeting(GossipContext context, Prober prober, AntiEntropy antiEntropy) {
        this.self = context.self();
        this.roster = context.roster();
        this.timers = context.timers();
        this.prober = prober;
        this.antiEntropy = antiEntropy;
    }

    /// `entry` was met: it is greeted soon, with all who are met until then.
    void schedule(MemberEntry entry) {
        entry.isNew = true;
        if (!scheduled) {
            scheduled = true;
            timers.at(timers.now() + GossipLayout.GREETING_DELAY, (at, _) -> greetNew(at));
        }
    }

    private void greetNew(long nowNanos) {
        scheduled = false;
        List<MemberEntry> later = new ArrayList<>();
        for (MemberEntry entry : roster.ring()) {
            if (entry.isNew && self.id.compareTo(entry.id) < 0) {
                greet(entry, nowNanos);
            } else if (entry.isNew) {
                later.add(entry);
            }
        }
        roster.all().forEach(entry -> entry.isNew = false);
        if (!later.isEmpty()) {
            timers.at(
                    nowNanos + GossipLayout.SECOND_GREETING,
                    (at, _) -> later.forEach(entry -> greet(entry, at)));
        }
    }

    private void greet(MemberEntry entry, long nowNanos) {
        if (entry.isPresent()) {
            prober.greet(entry);
            antiEntropy.with(entry, nowNanos);
        }
    }
}
