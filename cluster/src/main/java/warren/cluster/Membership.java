// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import warren.cluster.Gossip.Outbox;
import warren.cluster.RecordJudge.Offer;

/// Who is there: the one place where the state of a member changes. Confined to the gossip loop.
///
/// A claim about a member names the sequence number of a record and an incarnation behind it. The
/// record is signed, and only the node itself raises the incarnation; both together order
/// claims. What happens to a claim that is not older than what is known (`=`: of the same
/// incarnation, `>`: of a later one, or with a newer record):
///
/// | known   | ALIVE   | SUSPECT         | DEAD            | record that leaves |
/// |---------|---------|-----------------|-----------------|--------------------|
/// | ALIVE   | > later | = > SUSPECT     | = > SUSPECT     | LEFT               |
/// | SUSPECT | > ALIVE | confirms        | confirms        | LEFT               |
/// | DEAD    | > ALIVE | > SUSPECT       | > later         | LEFT               |
/// | LEFT    |         |                 |                 |                    |
///
/// Dead is what each node finds for itself, when its own suspicion has run out: one liar, or one
/// node cut off from all others, declares nobody dead. Left is who has signed that it leaves;
/// only a newer record of its own brings it back.
final class Membership {
    /// Who is told of changes, from within the call that makes them.
    interface Watcher {
        /// There is something to spread.
        void rumoured();

        /// Whether a node that is not known may be taken in on the word of another.
        boolean admits(NodeId id, NodeId by);

        /// Whether whom we meet now may have a say later: [Company].
        boolean isTogether(long nowNanos);

        /// A node that is said to be alive was met for the first time, or is back from the dead.
        void appeared(MemberEntry entry);
    }

    private final ClusterId cluster;
    private final RecordJudge judge;
    private final Roster roster;
    private final SyncTree tree;
    private final Rumours rumours;
    private final Timers timers;
    private final Outbox outbox;
    private final Watcher watcher;
    private final MemberEntry self;

    private final List<MemberEntry> suspects = new ArrayList<>();

    /// Whose suspicion may run out when, by time in steps; one whose end has moved stands at each.
    private final Map<Long, List<MemberEntry>> expiring = new HashMap<>();

    private boolean died;
    private long diedNanos;

    private int health;
    private boolean resigned;
    private long resignedNanos;

    Membership(GossipContext context, RecordJudge judge, Watcher watcher) {
        this.cluster = context.cluster();
        this.judge = judge;
        this.roster = context.roster();
        this.tree = context.tree();
        this.rumours = context.rumours();
        this.timers = context.timers();
        this.outbox = context.outbox();
        this.self = context.self();
        this.watcher = watcher;
    }

    boolean isLeaving() {
        return self.state == MemberState.LEFT;
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

    /// Those that are suspect, in no order; not to be changed.
    List<MemberEntry> suspects() {
        return suspects;
    }

    /// Whether nobody has been declared dead here lately.
    boolean isCalm(long nowNanos) {
        return !died || nowNanos - diedNanos >= GossipLayout.CALM;
    }

    /// Spreads our own record.
    void publish(NodeRecord newer) {
        self.record = newer;
        self.incarnation = 1;
        self.state = newer.content().leaving() ? MemberState.LEFT : MemberState.ALIVE;
        tree.changed(self.id);
        rumours.spreadRecord(self);
        watcher.rumoured();
    }

    /// Says again that this node is there.
    void raise(long nowNanos) {
        raiseAbove(self.incarnation, nowNanos);
    }

    /// Takes in a node with its record.
    ///
    /// @param by who says so
    /// @param isNews whether others should hear of it from us
    void learn(KnownNode node, NodeId by, boolean isNews, long nowNanos) {
        NodeRecord record = node.record();
        if (record.id().equals(self.id)) {
            learnOwn(record);
            applyToSelf(record.sequence(), node.state(), node.incarnation(), nowNanos);
            return;
        }
        MemberEntry entry = roster.get(record.id());
        if (entry == null && !watcher.admits(record.id(), by)) {
            return;
        }
        boolean taken = judge(entry, record) == Offer.TAKEN;
        if (entry == null) {
            if (taken && !record.content().leaving() && makeRoom()) {
                add(node, by, isNews, nowNanos);
            }
            return;
        }
        if (taken) {
            replace(entry, node, by, isNews, nowNanos);
        } else {
            apply(entry, record.sequence(), node.state(), node.incarnation(), by, nowNanos);
        }
    }

    /// Takes in a node from our own disk. A tombstone's days begin anew.
    void restore(KnownNode node, long nowNanos) {
        NodeRecord record = node.record();
        if (node.state() != MemberState.LEFT) {
            learn(KnownNode.unheard(record), self.id, false, nowNanos);
        } else if (!record.id().equals(self.id)
                && roster.get(record.id()) == null
                && watcher.admits(record.id(), self.id)
                && judge.isGenuine(record)
                && makeRoom()) {
            MemberEntry entry =
                    new MemberEntry(record, MemberState.LEFT, node.incarnation(), nowNanos);
            roster.add(entry);
            timers.at(nowNanos + GossipLayout.TOMBSTONE, (_, _) -> forgetLeft(entry));
        }
    }

    /// Whether a claim's record is news here, going by its sequence number alone.
    boolean isNews(GossipUpdate.Node node) {
        MemberEntry entry = node.about().equals(self.id) ? self : roster.get(node.about());
        if (entry == null) {
            return true;
        }
        int bySequence =
                Long.compareUnsigned(
                        NodeRecord.peekSequence(node.record()), entry.record.sequence());
        return bySequence > 0 || (bySequence == 0 && !entry.record.isMadeOf(node.record()));
    }

    /// Takes in what somebody says of a node.
    ///
    /// @return whether it speaks of a record that is not known here
    boolean apply(GossipUpdate.State claim, long nowNanos) {
        if (claim.about().equals(self.id)) {
            applyToSelf(claim.sequence(), claim.state(), claim.incarnation(), nowNanos);
            return claim.sequence() > self.record.sequence();
        }
        MemberEntry entry = roster.get(claim.about());
        if (entry == null) {
            return true;
        }
        apply(entry, claim.sequence(), claim.state(), claim.incarnation(), claim.by(), nowNanos);
        return claim.sequence() > entry.record.sequence();
    }

    /// A genuine datagram came from `entry` itself, whose record is the one known here.
    ///
    /// @return whether it should be told how we see it, because it sees itself otherwise
    boolean heard(MemberEntry entry, int claimed, long nowNanos) {
        applyAlive(entry, claimed, nowNanos);
        return entry.state != MemberState.ALIVE || claimed < entry.incarnation;
    }

    /// A probe of ours failed.
    void suspect(MemberEntry entry, long nowNanos) {
        suspect(entry, entry.incarnation, self.id, nowNanos);
    }

    private void apply(
            MemberEntry entry,
            long sequence,
            MemberState state,
            int claimed,
            NodeId by,
            long nowNanos) {
        if (sequence != entry.record.sequence() || entry.state == MemberState.LEFT) {
            return; // of an older record, or of one that has not arrived; left is left
        }
        switch (state) {
            case ALIVE -> applyAlive(entry, claimed, nowNanos);
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
                // said by the record alone
            }
        }
    }

    private void applyAlive(MemberEntry entry, int claimed, long nowNanos) {
        if (claimed > entry.incarnation && entry.state != MemberState.LEFT) {
            entry.incarnation = claimed;
            become(entry, MemberState.ALIVE, nowNanos);
            spread(entry);
        }
    }

    private void suspect(MemberEntry entry, int claimed, NodeId by, long nowNanos) {
        boolean later = claimed > entry.incarnation;
        if (claimed < entry.incarnation) {
            return;
        }
        switch (entry.state) {
            case ALIVE -> startSuspicion(entry, claimed, by, nowNanos);
            case SUSPECT -> {
                if (later) {
                    startSuspicion(entry, claimed, by, nowNanos);
                } else {
                    confirm(entry, by, nowNanos);
                }
            }
            case DEAD -> {
                if (later) {
                    startSuspicion(entry, claimed, by, nowNanos);
                }
            }
            case LEFT -> {
                // nobody waits for it
            }
        }
    }

    private void startSuspicion(MemberEntry entry, int claimed, NodeId by, long nowNanos) {
        entry.incarnation = claimed;
        become(entry, MemberState.SUSPECT, nowNanos);
        entry.sinceNanos = nowNanos;
        await(entry, nowNanos).accuse(by);
        spread(entry);
    }

    private void confirm(MemberEntry entry, NodeId by, long nowNanos) {
        Suspicion suspicion = entry.suspicion;
        if (suspicion == null || !suspicion.accuse(by)) {
            return;
        }
        long timeout = Suspicion.timeoutNanos(roster.present(), suspicion.confirmations());
        long sooner = Math.max(nowNanos, entry.sinceNanos + timeout);
        if (sooner - suspicion.deadlineNanos < 0) {
            expireAt(sooner, entry, suspicion);
        }
        spreadUnlessStorm(entry);
    }

    /// Starts the clock of a suspicion anew, without an accuser.
    private Suspicion await(MemberEntry entry, long nowNanos) {
        long deadline = nowNanos + Suspicion.timeoutNanos(roster.present(), 0);
        Suspicion suspicion = new Suspicion(deadline);
        Suspicion earlier = entry.suspicion;
        suspicion.place = earlier == null ? suspects.size() : earlier.place;
        if (earlier == null) {
            suspects.add(entry);
        }
        entry.suspicion = suspicion;
        expireAt(deadline, entry, suspicion);
        return suspicion;
    }

    /// Many fall due one after the other when half a cluster is cut off: one timer for each step.
    private void expireAt(long deadlineNanos, MemberEntry entry, Suspicion suspicion) {
        suspicion.deadlineNanos = deadlineNanos;
        long step = Math.ceilDiv(deadlineNanos, GossipLayout.EXPIRY_INTERVAL);
        List<MemberEntry> due = expiring.get(step);
        if (due == null) {
            due = new ArrayList<>();
            expiring.put(step, due);
            timers.at(step * GossipLayout.EXPIRY_INTERVAL, (now, late) -> expire(step, now, late));
        }
        due.add(entry);
    }

    private void expire(long step, long nowNanos, long lateNanos) {
        List<MemberEntry> due = expiring.remove(step);
        if (due == null) {
            return;
        }
        for (MemberEntry entry : due) {
            Suspicion suspicion = entry.suspicion;
            if (suspicion == null || suspicion.deadlineNanos - nowNanos > 0) {
                continue; // refuted, or suspect anew
            }
            if (lateNanos > GossipLayout.LATE) { // we were stopped, so nobody could refute
                long again = nowNanos + Suspicion.timeoutNanos(roster.present(), 0);
                expireAt(again, entry, suspicion);
            } else {
                died = true;
                diedNanos = nowNanos;
                become(entry, MemberState.DEAD, nowNanos);
                spreadUnlessStorm(entry);
            }
        }
    }

    private void acquit(MemberEntry entry) {
        Suspicion suspicion = entry.suspicion;
        if (suspicion == null) {
            return;
        }
        entry.suspicion = null;
        MemberEntry last = suspects.removeLast();
        if (last != entry && last.suspicion != null) {
            suspects.set(suspicion.place, last);
            last.suspicion.place = suspicion.place;
        }
    }

    private Offer judge(@Nullable MemberEntry entry, NodeRecord record) {
        if (entry != null) {
            NodeRecord held = entry.record;
            if (record.equals(held)) {
                return Offer.SAME;
            }
            if (!held.identity().equals(record.identity())) {
                return Offer.ADDRESS_TAKEN;
            }
            if (!record.replaces(held)) {
                return Offer.OLDER;
            }
        }
        return judge.isGenuine(record) ? Offer.TAKEN : Offer.BAD_SIGNATURE;
    }

    /// Where the table is full the longest dead is forgotten: so those whom a hostile member
    /// made up, whom nobody has ever reached, do not keep real nodes out.
    private boolean makeRoom() {
        if (roster.size() < judge.most()) {
            return true;
        }
        MemberEntry oldest = null;
        for (MemberEntry entry : roster.all()) {
            if (!entry.isPresent()
                    && (oldest == null || entry.sinceNanos - oldest.sinceNanos < 0)) {
                oldest = entry;
            }
        }
        if (oldest != null) {
            forget(oldest);
        }
        return oldest != null;
    }

    private void add(KnownNode node, NodeId by, boolean isNews, long nowNanos) {
        MemberState state = node.state() == MemberState.LEFT ? MemberState.SUSPECT : node.state();
        MemberEntry entry = new MemberEntry(node.record(), state, node.incarnation(), nowNanos);
        entry.old = watcher.isTogether(nowNanos);
        roster.add(entry);
        tree.changed(entry.id);
        outbox.on(new GossipEvent.RecordChanged(entry.record));
        outbox.on(new GossipEvent.MemberChanged(entry.snapshot(cluster)));
        if (state == MemberState.ALIVE) {
            watcher.appeared(entry);
        }
        if (state == MemberState.SUSPECT) {
            Suspicion suspicion = await(entry, nowNanos);
            if (node.incarnation() > 0) {
                suspicion.accuse(by);
            }
        }
        if (isNews && node.incarnation() > 0) {
            spreadRecord(entry);
        }
    }

    private void replace(
            MemberEntry entry, KnownNode node, NodeId by, boolean isNews, long nowNanos) {
        entry.record = node.record();
        entry.incarnation = 0;
        tree.changed(entry.id);
        outbox.on(new GossipEvent.RecordChanged(entry.record));
        if (entry.record.content().leaving()) {
            become(entry, MemberState.LEFT, nowNanos);
        } else {
            if (entry.state == MemberState.LEFT) { // it has joined again
                become(entry, MemberState.SUSPECT, nowNanos);
                await(entry, nowNanos);
            }
            apply(entry, entry.record.sequence(), node.state(), node.incarnation(), by, nowNanos);
        }
        if (isNews) {
            spreadRecord(entry);
        }
    }

    private void become(MemberEntry entry, MemberState next, long nowNanos) {
        tree.changed(entry.id); // the incarnation may have changed if the state has not
        MemberState last = entry.state;
        if (last == next) {
            return;
        }
        roster.setState(entry, next);
        entry.sinceNanos = nowNanos;
        if (next != MemberState.SUSPECT) {
            acquit(entry);
        }
        outbox.on(new GossipEvent.MemberChanged(entry.snapshot(cluster)));
        if (next == MemberState.ALIVE && last != MemberState.SUSPECT) {
            watcher.appeared(entry);
        }
        if (next == MemberState.LEFT) {
            timers.at(nowNanos + GossipLayout.TOMBSTONE, (_, _) -> forgetLeft(entry));
        }
    }

    private void forgetLeft(MemberEntry entry) {
        if (entry.state == MemberState.LEFT && roster.get(entry.id) == entry) {
            forget(entry);
        }
    }

    private void forget(MemberEntry entry) {
        roster.remove(entry);
        rumours.drop(entry);
        tree.changed(entry.id);
        outbox.on(new GossipEvent.Forgotten(entry.id));
    }

    /// Removes a node that is no member any more.
    void expel(NodeId id) {
        MemberEntry entry = roster.get(id);
        if (entry != null) {
            acquit(entry);
            forget(entry);
            entry.forgetKeys();
        }
    }

    private void learnOwn(NodeRecord record) {
        if (!record.equals(self.record)
                && record.replaces(self.record)
                && judge.isGenuine(record)) {
            outbox.on(
                    new GossipEvent.OwnRecordOutrun(
                            record.sequence(), record.content().instance()));
        }
    }

    private void applyToSelf(long sequence, MemberState state, int claimed, long nowNanos) {
        boolean refuted =
                state == MemberState.ALIVE
                        ? claimed <= self.incarnation
                        : claimed < self.incarnation;
        if (isLeaving() || refuted || sequence != self.record.sequence()) {
            return;
        }
        if (state == MemberState.SUSPECT) {
            feelsWorse();
        }
        // Alive with a later incarnation was said in an earlier life of ours.
        raiseAbove(state == MemberState.ALIVE ? claimed - 1 : claimed, nowNanos);
    }

    private void raiseAbove(int claimed, long nowNanos) {
        self.incarnation = Math.min(GossipLayout.MAX_INCARNATION, claimed + 1);
        tree.changed(self.id);
        spread(self);
        boolean lately = resigned && nowNanos - resignedNanos < GossipLayout.RESIGN_INTERVAL;
        if (self.incarnation > GossipLayout.HIGH_INCARNATION && !lately) {
            resigned = true;
            resignedNanos = nowNanos;
            outbox.on(
                    new GossipEvent.OwnRecordOutrun(
                            self.record.sequence(), self.record.content().instance()));
        }
    }

    private void spread(MemberEntry entry) {
        if (!entry.vouched) {
            return;
        }
        rumours.spreadState(entry);
        watcher.rumoured();
    }

    /// When half of a cluster is out of reach, that each is suspect is news; that others agree
    /// is not, and all find it themselves.
    private void spreadUnlessStorm(MemberEntry entry) {
        if (Math.max(suspects.size(), rumours.size()) <= GossipLayout.STORM) {
            spread(entry);
        }
    }

    private void spreadRecord(MemberEntry entry) {
        if (!entry.vouched) {
            return;
        }
        rumours.spreadRecord(entry);
        watcher.rumoured();
    }
}
