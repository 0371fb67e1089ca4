// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.function.Consumer;
import warren.cluster.Gossip.Outbox;
import warren.cluster.RecordStore.Offer;

/// Who is there: the one place where the state of a member changes. Confined to the gossip loop.
///
/// A claim about a member has an incarnation, which only the member itself raises. What happens
/// to a claim that is not older than what is known (`=`: of the same incarnation, `>`: of a
/// later one):
///
/// | known   | ALIVE   | SUSPECT         | DEAD            | LEFT   |
/// |---------|---------|-----------------|-----------------|--------|
/// | ALIVE   | > later | = > SUSPECT     | = > SUSPECT     | LEFT   |
/// | SUSPECT | > ALIVE | confirms        | confirms        | LEFT   |
/// | DEAD    | > ALIVE | > SUSPECT       | > later         | LEFT   |
/// | LEFT    | > ALIVE | > SUSPECT       | > later         |        |
///
/// Dead is what each node finds for itself, when its own suspicion has run out: one liar, or one
/// node cut off from all others, declares nobody dead.
final class Membership {
    private final ClusterId cluster;
    private final NodeId self;
    private final RecordStore store;
    private final Roster roster;
    private final SyncTree tree;
    private final Rumours rumours;
    private final Timers timers;
    private final Outbox outbox;
    private final Runnable rumoured;
    private final Consumer<MemberEntry> appeared;

    private NodeRecord own;
    private int incarnation = 1;
    private boolean leaving;
    private int health;

    /// What a [Membership] works with.
    record Parts(
            ClusterId cluster,
            RecordStore store,
            Roster roster,
            SyncTree tree,
            Rumours rumours,
            Timers timers,
            Outbox outbox) {}

    /// @param rumoured called when there is something to spread
    /// @param appeared called when a node that is said to be alive is met for the first time, or
    ///     comes back from the dead
    Membership(Parts parts, NodeRecord own, Runnable rumoured, Consumer<MemberEntry> appeared) {
        this.cluster = parts.cluster;
        this.self = own.id();
        this.store = parts.store;
        this.roster = parts.roster;
        this.tree = parts.tree;
        this.rumours = parts.rumours;
        this.timers = parts.timers;
        this.outbox = parts.outbox;
        this.own = own;
        this.rumoured = rumoured;
        this.appeared = appeared;
        tree.own(own, incarnation);
    }

    int incarnation() {
        return incarnation;
    }

    NodeRecord own() {
        return own;
    }

    boolean isLeaving() {
        return leaving;
    }

    /// Lifeguard's local health: 0 is well; more means that our own probes fail more than they
    /// should, and that we had better be slow to judge others.
    int health() {
        return health;
    }

    void feelsBetter() {
        health = Math.max(0, health - 1);
    }

    void feelsWorse() {
        health = Math.min(GossipLayout.MAX_HEALTH, health + 1);
    }

    /// Spreads our own record.
    void publish(NodeRecord newer) {
        own = newer;
        tree.own(own, incarnation);
        spreadOwn();
    }

    void leave() {
        leaving = true;
        spread(self, MemberState.LEFT, incarnation, self);
    }

    void spreadOwn() {
        MemberState state = leaving ? MemberState.LEFT : MemberState.ALIVE;
        rumours.spread(self, GossipLayout.UPDATE_NODE, GossipUpdate.node(own, state, incarnation));
        rumoured.run();
    }

    /// Our view of another, as an update to tell it.
    byte[] stateOf(MemberEntry entry) {
        return GossipUpdate.state(entry.id, entry.state, entry.incarnation, self);
    }

    /// Takes in a node with its record.
    ///
    /// @param by who says so
    void learn(KnownNode node, NodeId by, long nowNanos) {
        NodeRecord record = node.record();
        if (record.id().equals(self)) {
            learnOwn(record);
            applyToSelf(node.state(), node.incarnation());
            return;
        }
        MemberEntry entry = roster.get(record.id());
        if (entry == null && node.state() == MemberState.LEFT) {
            return; // or nodes long gone would come back from those who have not forgotten yet
        }
        Offer offer = store.offer(record);
        switch (offer) {
            case ADDED -> add(node, by, nowNanos);
            case REPLACED, SAME, OLDER -> {
                if (entry != null) {
                    if (offer == Offer.REPLACED) {
                        replace(entry, record);
                    }
                    apply(entry, node.state(), node.incarnation(), by, nowNanos);
                }
            }
            case MALFORMED, BAD_SIGNATURE, ADDRESS_TAKEN, FULL -> {
                // not believed; the store keeps what it has
            }
        }
    }

    /// Takes in a node from our own disk. A tombstone's days begin anew.
    void restore(KnownNode node, long nowNanos) {
        if (node.state() != MemberState.LEFT) {
            learn(KnownNode.unheard(node.record()), self, nowNanos);
            return;
        }
        NodeRecord record = node.record();
        if (!record.id().equals(self) && store.offer(record) == Offer.ADDED) {
            MemberEntry entry =
                    new MemberEntry(
                            record,
                            NodeAddress.of(cluster, record.id()),
                            MemberState.LEFT,
                            node.incarnation(),
                            nowNanos);
            roster.add(entry);
            tree.changed(entry.id);
            timers.at(nowNanos + GossipLayout.TOMBSTONE, (_, _) -> forget(entry));
        }
    }

    /// Takes in what somebody says of a node; false where its record is not known.
    boolean apply(NodeId about, MemberState state, int claimed, NodeId by, long nowNanos) {
        if (about.equals(self)) {
            applyToSelf(state, claimed);
            return true;
        }
        MemberEntry entry = roster.get(about);
        if (entry != null) {
            apply(entry, state, claimed, by, nowNanos);
        }
        return entry != null;
    }

    /// A genuine datagram came from `entry` itself.
    ///
    /// @return whether it should be told how we see it, because it sees itself otherwise
    boolean heard(MemberEntry entry, int claimed, long nowNanos) {
        apply(entry, MemberState.ALIVE, claimed, entry.id, nowNanos);
        return entry.state != MemberState.ALIVE || claimed < entry.incarnation;
    }

    /// A probe of ours failed.
    void suspect(MemberEntry entry, long nowNanos) {
        suspect(entry, entry.incarnation, self, nowNanos);
    }

    private void apply(
            MemberEntry entry, MemberState state, int claimed, NodeId by, long nowNanos) {
        switch (state) {
            case ALIVE -> {
                if (claimed > entry.incarnation) {
                    entry.incarnation = claimed;
                    become(entry, MemberState.ALIVE, nowNanos);
                    spread(entry.id, MemberState.ALIVE, claimed, by);
                }
            }
            case SUSPECT -> suspect(entry, claimed, by, nowNanos);
            case DEAD -> {
                if (entry.isPresent()) {
                    suspect(entry, claimed, by, nowNanos);
                } else if (claimed > entry.incarnation) {
                    entry.incarnation = claimed;
                    tree.changed(entry.id);
                }
            }
            case LEFT -> {
                if (claimed >= entry.incarnation && entry.state != MemberState.LEFT) {
                    entry.incarnation = claimed;
                    become(entry, MemberState.LEFT, nowNanos);
                    spread(entry.id, MemberState.LEFT, claimed, by);
                }
            }
        }
    }

    private void suspect(MemberEntry entry, int claimed, NodeId by, long nowNanos) {
        if (claimed < entry.incarnation) {
            return;
        }
        boolean later = claimed > entry.incarnation;
        switch (entry.state) {
            case ALIVE -> startSuspicion(entry, claimed, by, nowNanos);
            case SUSPECT -> {
                if (later) {
                    startSuspicion(entry, claimed, by, nowNanos);
                } else {
                    confirm(entry, by, nowNanos);
                }
            }
            case DEAD, LEFT -> {
                if (later) {
                    startSuspicion(entry, claimed, by, nowNanos);
                }
            }
        }
    }

    private void startSuspicion(MemberEntry entry, int claimed, NodeId by, long nowNanos) {
        entry.incarnation = claimed;
        entry.suspectedBy.clear();
        entry.suspectedBy.add(by);
        become(entry, MemberState.SUSPECT, nowNanos);
        entry.sinceNanos = nowNanos;
        expireAt(nowNanos + Suspicion.timeoutNanos(roster.present(), 0), entry);
        spread(entry.id, MemberState.SUSPECT, claimed, by);
        tree.changed(entry.id);
    }

    private void confirm(MemberEntry entry, NodeId by, long nowNanos) {
        int before = entry.suspectedBy.size();
        if (before > GossipLayout.CONFIRMATIONS || !entry.suspectedBy.add(by)) {
            return;
        }
        if (before > 0) {
            long timeout = Suspicion.timeoutNanos(roster.present(), before);
            long sooner = Math.max(nowNanos, entry.sinceNanos + timeout);
            if (sooner - entry.suspicionDeadlineNanos < 0) {
                expireAt(sooner, entry);
            }
        }
        spread(entry.id, MemberState.SUSPECT, entry.incarnation, by);
    }

    private void expireAt(long deadlineNanos, MemberEntry entry) {
        entry.suspicionDeadlineNanos = deadlineNanos;
        timers.at(deadlineNanos, (now, late) -> expire(entry, now, late));
    }

    private void expire(MemberEntry entry, long nowNanos, long lateNanos) {
        boolean due = entry.suspicionDeadlineNanos - nowNanos <= 0;
        if (!due || entry.state != MemberState.SUSPECT || roster.get(entry.id) != entry) {
            return;
        }
        if (lateNanos > GossipLayout.LATE) { // we were stopped, so nobody could refute
            expireAt(nowNanos + Suspicion.timeoutNanos(roster.present(), 0), entry);
            return;
        }
        become(entry, MemberState.DEAD, nowNanos);
        spread(entry.id, MemberState.DEAD, entry.incarnation, self);
    }

    private void add(KnownNode node, NodeId by, long nowNanos) {
        NodeRecord record = node.record();
        MemberEntry entry =
                new MemberEntry(
                        record,
                        NodeAddress.of(cluster, record.id()),
                        node.state(),
                        node.incarnation(),
                        nowNanos);
        roster.add(entry);
        tree.changed(entry.id);
        outbox.on(new GossipEvent.RecordChanged(record));
        outbox.on(new GossipEvent.MemberChanged(entry.snapshot()));
        switch (node.state()) {
            case ALIVE -> appeared.accept(entry);
            case SUSPECT -> {
                if (node.incarnation() > 0) {
                    entry.suspectedBy.add(by);
                }
                expireAt(nowNanos + Suspicion.timeoutNanos(roster.present(), 0), entry);
            }
            case DEAD, LEFT -> {
                // probed slowly, as all dead are; nodes that left are not added
            }
        }
        if (node.incarnation() > 0) {
            spreadRecord(entry);
        }
    }

    private void replace(MemberEntry entry, NodeRecord record) {
        entry.record = record;
        tree.changed(entry.id);
        outbox.on(new GossipEvent.RecordChanged(record));
        spreadRecord(entry);
    }

    private void become(MemberEntry entry, MemberState next, long nowNanos) {
        tree.changed(entry.id); // the incarnation may have changed if the state has not
        if (entry.state == next) {
            return;
        }
        MemberState last = entry.state;
        entry.state = next;
        entry.sinceNanos = nowNanos;
        roster.presenceChanged();
        outbox.on(new GossipEvent.MemberChanged(entry.snapshot()));
        if (next == MemberState.ALIVE && last != MemberState.SUSPECT) {
            appeared.accept(entry);
        }
        if (next == MemberState.LEFT) {
            timers.at(nowNanos + GossipLayout.TOMBSTONE, (_, _) -> forget(entry));
        }
    }

    private void forget(MemberEntry entry) {
        if (entry.state == MemberState.LEFT && roster.get(entry.id) == entry) {
            roster.remove(entry.id);
            store.remove(entry.id);
            rumours.drop(entry.id);
            tree.changed(entry.id);
            outbox.on(new GossipEvent.Forgotten(entry.id));
        }
    }

    private void learnOwn(NodeRecord record) {
        if (!record.equals(own) && record.replaces(own) && record.isSignedFor(cluster)) {
            outbox.on(
                    new GossipEvent.OwnRecordOutrun(
                            record.sequence(), record.content().instance()));
        }
    }

    private void applyToSelf(MemberState state, int claimed) {
        boolean refuted =
                state == MemberState.ALIVE ? claimed <= incarnation : claimed < incarnation;
        if (leaving || refuted || claimed == Integer.MAX_VALUE) {
            return;
        }
        if (state == MemberState.ALIVE) { // said in an earlier life of ours
            incarnation = claimed;
        } else {
            incarnation = claimed + 1;
        }
        if (state == MemberState.SUSPECT) {
            feelsWorse();
        }
        tree.own(own, incarnation);
        spread(self, MemberState.ALIVE, incarnation, self);
    }

    private void spread(NodeId about, MemberState state, int claimed, NodeId by) {
        rumours.spread(
                about, GossipLayout.UPDATE_STATE, GossipUpdate.state(about, state, claimed, by));
        rumoured.run();
    }

    private void spreadRecord(MemberEntry entry) {
        rumours.spread(
                entry.id,
                GossipLayout.UPDATE_NODE,
                GossipUpdate.node(entry.record, entry.state, entry.incarnation));
        rumoured.run();
    }
}
