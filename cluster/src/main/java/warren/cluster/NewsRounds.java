// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.List;

/// Sends rumours to a few peers of the ring as long as there are any, in rounds: what happens
/// together travels together. Confined to the gossip loop.
final class NewsRounds {
    private final Roster roster;
    private final GossipContext context;
    private boolean scheduled;
    private long lastNanos;

    NewsRounds(GossipContext context, long nowNanos) {
        this.context = context;
        this.roster = context.roster();
        this.lastNanos = nowNanos - GossipLayout.GOSSIP_INTERVAL;
    }

    /// There is something to spread.
    void schedule() {
        if (!scheduled) {
            scheduled = true;
            long earliest = lastNanos + GossipLayout.GOSSIP_INTERVAL;
            long soon = context.timers().now() + GossipLayout.GOSSIP_DELAY;
            context.timers().at(earliest - soon > 0 ? earliest : soon, (at, _) -> round(at));
        }
    }

    private void round(long nowNanos) {
        scheduled = false;
        lastNanos = nowNanos;
        Rumours rumours = context.rumours();
        int peers = rumours.size() > GossipLayout.STORM ? GossipLayout.STORM_FANOUT : 0;
        peers = Math.max(GossipLayout.GOSSIP_FANOUT, peers);
        List<MemberEntry> ring = new ArrayList<>(roster.ring());
        ring.removeIf(entry -> entry.isNew || entry.isDoubted());
        for (MemberEntry peer : Roster.some(peers, ring, null, context.random())) {
            if (!rumours.isEmpty()) {
                WireWriter body = new WireWriter(Gossip.MAX_DATAGRAM);
                context.sender().sendWithNews(peer, GossipLayout.GOSSIP, 0, body);
            }
        }
        if (!rumours.isEmpty() && !roster.ring().isEmpty()) {
            schedule();
        }
    }
}
