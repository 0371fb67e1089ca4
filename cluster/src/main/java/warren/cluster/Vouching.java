// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.Collection;
import java.util.List;
import java.util.Set;

/// Who counts as a member after a rotation. Confined to the gossip loop.
///
/// Whoever holds an old secret can make up an identity and introduce it to a node that was down
/// meanwhile; nothing in its record tells it from a member's. Hence two rules. A node not known
/// before is taken in only from somebody who has spoken to us under our newest secret. And a node
/// that receives a newer secret asks the one it has it from whom it knows; until somebody who
/// holds that secret too has named them, others are *in limbo*: they keep their sessions, but we
/// neither pass the secret on to them nor tell anybody of them, and after a minute they are
/// dropped.
final class Vouching {
    private static final long GRACE = 60 * GossipLayout.SECOND;
    private static final long ASK_INTERVAL = 2 * GossipLayout.SECOND;

    /// What becomes of those in limbo.
    interface Limbo {
        /// Nobody has named it.
        void drop(NodeId id);

        /// It is over, and whoever was in it has been named or dropped.
        void ended();
    }

    private final NodeId self;
    private final Roster roster;
    private final GossipSender sender;
    private final Timers timers;
    private final Epochs epochs;
    private final Evictions evictions;
    private final Company company;
    private final Limbo limbo;
    private boolean asking;
    private long limboEndsNanos;

    Vouching(
            GossipContext context,
            Epochs epochs,
            Evictions evictions,
            Company company,
            Limbo limbo) {
        this.self = context.self().id;
        this.roster = context.roster();
        this.sender = context.sender();
        this.timers = context.timers();
        this.epochs = epochs;
        this.evictions = evictions;
        this.company = company;
        this.limbo = limbo;
    }

    /// Whether a node that is not known yet may be taken in because `by` tells of it.
    boolean admits(NodeId id, NodeId by) {
        if (evictions.isOut(id)) {
            return false;
        }
        MemberEntry introducer = roster.get(by);
        return by.equals(self) || (introducer != null && isHolder(introducer));
    }

    /// Whether it has shown that it holds our newest secret.
    boolean isHolder(MemberEntry entry) {
        return entry.vouched && entry.spokeEpoch() == epochs.newest().tag();
    }

    /// A genuine datagram came from `entry`, sealed under the secret with this tag.
    void heard(MemberEntry entry, int epoch) {
        if (epoch == epochs.newest().tag()) {
            entry.link().spokeEpoch = epoch;
        }
    }

    /// Somebody told of these nodes.
    void named(MemberEntry by, Collection<NodeId> ids) {
        if (isHolder(by)) {
            for (NodeId id : ids) {
                MemberEntry entry = roster.get(id);
                if (entry != null) {
                    entry.vouched = true;
                }
            }
        }
    }

    /// Names those vouched for, as far as the budget of `to` goes.
    void tell(MemberEntry to, long nowNanos) {
        int most = GossipSender.room() / NodeId.LENGTH;
        List<MemberEntry> those =
                roster.all().stream()
                        .filter(entry -> entry.vouched && entry.state != MemberState.LEFT)
                        .toList();
        for (int at = 0; at < those.size() && to.link().spend(nowNanos); at += most) {
            WireWriter body = new WireWriter();
            those.subList(at, Math.min(those.size(), at + most))
                    .forEach(entry -> body.put(entry.id));
            sender.send(to, GossipLayout.BELONG, 0, body);
        }
    }

    /// The nodes vouched for, this one included, as one number.
    long hash() {
        WireWriter out = new WireWriter();
        boolean selfDone = false;
        for (MemberEntry entry : roster.all()) {
            if (!selfDone && entry.id.compareTo(self) > 0) {
                out.put(self);
                selfDone = true;
            }
            if (entry.vouched && entry.state != MemberState.LEFT) {
                out.put(entry.id);
            }
        }
        if (!selfDone) {
            out.put(self);
        }
        return new WireReader(LabelledHash.of(8, "warren members", out.toBytes())).u64();
    }

    /// A newer secret came from `giver`, who vouches for the nodes of that hash.
    void received(MemberEntry giver, long theirs, long nowNanos) {
        giver.link().spokeEpoch = epochs.newest().tag();
        if (theirs == hash()) {
            return;
        }
        for (MemberEntry entry : roster.all()) {
            entry.vouched = entry == giver;
        }
        beginLimbo(nowNanos);
    }

    /// A newer secret came in the answer to a join, with these nodes.
    void received(Set<NodeId> named, long nowNanos) {
        for (MemberEntry entry : roster.all()) {
            entry.vouched = named.contains(entry.id);
        }
        beginLimbo(nowNanos);
    }

    private void beginLimbo(long nowNanos) {
        limboEndsNanos = nowNanos + GRACE;
        timers.at(limboEndsNanos, (now, _) -> endLimbo(now));
        if (!asking) {
            asking = true;
            timers.at(nowNanos, (now, _) -> ask(now));
        }
    }

    private void ask(long nowNanos) {
        List<MemberEntry> holders = roster.all().stream().filter(this::isHolder).toList();
        boolean open = roster.all().stream().anyMatch(entry -> !entry.vouched);
        asking = open && limboEndsNanos - nowNanos > 0;
        if (!asking) {
            return;
        }
        if (!holders.isEmpty()) {
            long turn = nowNanos / ASK_INTERVAL;
            MemberEntry holder = holders.get(Math.floorMod(turn, holders.size()));
            sender.send(holder, GossipLayout.WHO_BELONGS, 0, new WireWriter());
        }
        timers.at(nowNanos + ASK_INTERVAL, (now, _) -> ask(now));
    }

    private void endLimbo(long nowNanos) {
        if (limboEndsNanos - nowNanos > 0) {
            return; // begun anew meanwhile
        }
        if (company.isCutOff(nowNanos)) { // those who could tell us better are among them
            beginLimbo(nowNanos);
            return;
        }
        List<NodeId> dropped =
                roster.all().stream()
                        .filter(entry -> !entry.vouched)
                        .map(entry -> entry.id)
                        .toList();
        dropped.forEach(limbo::drop);
        limbo.ended();
    }
}
