// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.random.RandomGenerator;
import warren.cluster.Gossip.Outbox;

/// What every part of one node's gossip works with: what is known, what is due and what is said,
/// and the ways out. Confined to the gossip loop.
///
/// @param self this node, which is not in the roster
record GossipContext(
        ClusterId cluster,
        MemberEntry self,
        Roster roster,
        SyncTree tree,
        Rumours rumours,
        Timers timers,
        GossipSeal seal,
        GossipSender sender,
        Outbox outbox,
        RandomGenerator random) {

    /// The context of a node that knows nobody yet.
    static GossipContext of(
            ClusterId cluster,
            MemberEntry self,
            GossipSeal seal,
            Outbox outbox,
            RandomGenerator random) {
        Roster roster = new Roster(self.id);
        Rumours rumours = new Rumours();
        return new GossipContext(
                cluster,
                self,
                roster,
                new SyncTree(roster, self),
                rumours,
                new Timers(),
                seal,
                new GossipSender(cluster, seal, roster, rumours, self, outbox),
                outbox,
                random);
    }
}
