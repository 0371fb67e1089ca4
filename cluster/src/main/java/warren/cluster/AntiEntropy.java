// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import warren.cluster.Gossip.Outbox;
import warren.cluster.GossipDatagram.Bucket;
import warren.cluster.GossipDatagram.Entry;

/// Finds and mends what rumours missed: every ten seconds one other node is asked whether it
/// knows the same. Confined to the gossip loop.
///
/// ```
/// A -> B  SYNC_ROOT      the hash of all I know
/// A <- B  SYNC_BUCKETS   mine differs: these are its 256 parts
/// A -> B  SYNC_ENTRIES   what I have in the parts that differ, in short
/// A <- B  GOSSIP         what you lack, or have older
/// A <- B  SYNC_WANT      what I lack, or have older
/// A -> B  GOSSIP         that
/// ```
final class AntiEntropy {
    /// What a comparison found: whose records they need, whose we need, and states they should
    /// hear.
    record Differences(Deque<NodeId> nodes, List<NodeId> wanted, List<byte[]> states) {
        Differences() {
            this(new ArrayDeque<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    private final Roster roster;
    private final SyncTree tree;
    private final Membership membership;
    private final GossipSender sender;
    private final Timers timers;
    private final RandomGenerator random;
    private final Outbox outbox;
    private long nextNanos;
    private boolean bulkAsked;
    private long bulkNanos;

    AntiEntropy(
            Roster roster,
            SyncTree tree,
            Membership membership,
            GossipSender sender,
            Timers timers,
            RandomGenerator random,
            Outbox outbox) {
        this.roster = roster;
        this.tree = tree;
        this.membership = membership;
        this.sender = sender;
        this.timers = timers;
        this.random = random;
        this.outbox = outbox;
    }

    void start(long nowNanos) {
        next(nowNanos + random.nextLong(GossipLayout.SYNC_INTERVAL));
    }

    /// Compares with one node now.
    void with(MemberEntry entry, long nowNanos) {
        if (entry.spend(nowNanos)) {
            sender.send(
                    entry, GossipLayout.SYNC_ROOT, 0, new WireWriter().u64(tree.root()).toBytes());
        }
    }

    void onRoot(MemberEntry from, long root, long nowNanos) {
        if (root != tree.root() && from.spend(nowNanos)) {
            WireWriter body = new WireWriter();
            for (int bucket : tree.buckets()) {
                body.u32(bucket);
            }
            sender.send(from, GossipLayout.SYNC_BUCKETS, 0, body.toBytes());
        }
    }

    void onBuckets(MemberEntry from, int[] theirs, long nowNanos) {
        int[] mine = tree.buckets();
        considerBulk(from, mine, theirs, nowNanos);
        int first = random.nextInt(GossipLayout.BUCKETS); // all get their turn if not all fit
        WireWriter body = new WireWriter();
        int sent = 0;
        for (int i = 0; i < GossipLayout.BUCKETS && sent < GossipLayout.SYNC_DATAGRAMS; i++) {
            int number = (first + i) % GossipLayout.BUCKETS;
            if (mine[number] != theirs[number]) {
                WireWriter one = new WireWriter();
                GossipDatagram.write(one, tree.bucket(number));
                if (body.length() + one.length() > GossipSender.room()) {
                    sent += sendEntries(from, body, nowNanos);
                    body = new WireWriter();
                }
                body.put(one.toBytes());
            }
        }
        if (body.length() > 0) {
            sendEntries(from, body, nowNanos);
            next(nowNanos + GossipLayout.SYNC_AGAIN + random.nextLong(GossipLayout.SYNC_AGAIN));
        }
    }

    /// Asks for a stream where the entries to compare need more datagrams than one round has.
    private void considerBulk(MemberEntry from, int[] mine, int[] theirs, long nowNanos) {
        int differing = 0;
        for (int i = 0; i < GossipLayout.BUCKETS; i++) {
            differing += mine[i] == theirs[i] ? 0 : 1;
        }
        long entries = (long) differing * roster.all().size() / GossipLayout.BUCKETS;
        boolean lately = bulkAsked && nowNanos - bulkNanos < GossipLayout.BULK_INTERVAL;
        if (!lately && entries > GossipLayout.BULK_ENTRIES) {
            bulkAsked = true;
            bulkNanos = nowNanos;
            outbox.on(new GossipEvent.BulkDue(from.id, from.address));
        }
    }

    void onEntries(MemberEntry from, List<Bucket> buckets, long nowNanos) {
        Differences found = new Differences();
        compare(from, buckets, found, nowNanos);
        List<byte[]> updates = new ArrayList<>(found.states);
        for (NodeId id : found.nodes) {
            addNode(id, updates);
        }
        sender.sendUpdates(from, updates, nowNanos);
        want(from, found.wanted, nowNanos);
    }

    /// Compares buckets of another node with ours, takes in its states and notes the rest.
    void compare(MemberEntry from, List<Bucket> buckets, Differences found, long nowNanos) {
        for (Bucket bucket : buckets) {
            Set<NodeId> listed = new HashSet<>();
            for (Entry theirs : bucket.entries()) {
                listed.add(theirs.id());
                compare(from, theirs, found, nowNanos);
            }
            for (Entry mine : tree.bucket(bucket.number()).entries()) {
                if (!listed.contains(mine.id())) {
                    found.nodes.add(mine.id());
                }
            }
        }
    }

    /// Takes in updates that a bulk stream brought.
    void take(MemberEntry from, List<GossipUpdate> updates, long nowNanos) {
        for (GossipUpdate update : updates) {
            switch (update) {
                case GossipUpdate.Node(KnownNode node) -> membership.learn(node, from.id, nowNanos);
                case GossipUpdate.State(
                                NodeId about,
                                MemberState state,
                                int incarnation,
                                NodeId by) ->
                        membership.apply(about, state, incarnation, by, nowNanos);
            }
        }
    }

    void onWant(MemberEntry from, List<NodeId> ids, long nowNanos) {
        List<byte[]> updates = new ArrayList<>();
        for (NodeId id : ids) {
            addNode(id, updates);
        }
        sender.sendUpdates(from, updates, nowNanos);
    }

    /// Asks `from` for the records of nodes it spoke of.
    void want(MemberEntry from, List<NodeId> ids, long nowNanos) {
        int most = GossipSender.room() / NodeId.LENGTH;
        for (int at = 0; at < ids.size() && from.spend(nowNanos); at += most) {
            WireWriter body = new WireWriter();
            for (NodeId id : ids.subList(at, Math.min(ids.size(), at + most))) {
                body.put(id.toBytes());
            }
            sender.send(from, GossipLayout.SYNC_WANT, 0, body.toBytes());
        }
    }

    private void compare(MemberEntry from, Entry theirs, Differences found, long nowNanos) {
        NodeId id = theirs.id();
        MemberEntry known = roster.get(id);
        if (known != null && known.state == MemberState.LEFT) {
            if (theirs.incarnation() <= known.incarnation) {
                found.states.add(membership.stateOf(known));
                return;
            }
        }
        membership.apply(id, theirs.state(), theirs.incarnation(), from.id, nowNanos);
        Entry mine = tree.entry(id);
        if (mine == null) {
            if (theirs.state() != MemberState.LEFT) {
                found.wanted.add(id);
            }
            return;
        }
        int bySequence = Long.compareUnsigned(mine.sequence(), theirs.sequence());
        boolean differ = bySequence == 0 && mine.tag() != theirs.tag();
        if (bySequence > 0 || differ) {
            found.nodes.add(id);
        } else if (isNewer(mine, theirs)) {
            found.states.add(
                    GossipUpdate.state(
                            id, mine.state(), mine.incarnation(), membership.own().id()));
        }
        if (bySequence < 0 || differ) {
            found.wanted.add(id);
        }
    }

    /// Whether they should hear my state: mine has a later incarnation, or I know it dead.
    private static boolean isNewer(Entry mine, Entry theirs) {
        return mine.incarnation() != theirs.incarnation()
                ? mine.incarnation() > theirs.incarnation()
                : mine.state() == MemberState.DEAD && theirs.state() != MemberState.DEAD;
    }

    private void addNode(NodeId id, List<byte[]> updates) {
        byte[] update = node(id);
        if (update != null) {
            updates.add(update);
        }
    }

    /// A node with its record, as an update; null where it is not known or has left.
    byte @Nullable [] node(NodeId id) {
        Entry entry = tree.entry(id);
        NodeRecord own = membership.own();
        MemberEntry known = roster.get(id);
        if (entry != null && id.equals(own.id())) {
            return GossipUpdate.node(own, entry.state(), entry.incarnation());
        }
        return entry != null && known != null
                ? GossipUpdate.node(known.record, entry.state(), entry.incarnation())
                : null;
    }

    private int sendEntries(MemberEntry to, WireWriter body, long nowNanos) {
        if (to.spend(nowNanos)) {
            sender.send(to, GossipLayout.SYNC_ENTRIES, 0, body.toBytes());
        }
        return 1;
    }

    private void next(long atNanos) {
        nextNanos = atNanos;
        timers.at(atNanos, (now, _) -> tick(now));
    }

    private void tick(long nowNanos) {
        if (nextNanos - nowNanos > 0 || membership.isLeaving()) {
            return; // put off, or over
        }
        long jitter = random.nextLong(GossipLayout.SYNC_INTERVAL / 5);
        next(nowNanos + GossipLayout.SYNC_INTERVAL - jitter / 2);
        MemberEntry peer = choose();
        if (peer != null) {
            with(peer, nowNanos);
        }
    }

    /// Mostly a peer of the ring, whose session is warm; sometimes anyone.
    private @Nullable MemberEntry choose() {
        List<MemberEntry> ring = new ArrayList<>(roster.ring());
        ring.removeIf(entry -> entry.state != MemberState.ALIVE);
        return random.nextInt(4) == 0 || ring.isEmpty()
                ? roster.any(MemberState.ALIVE, random)
                : ring.get(random.nextInt(ring.size()));
    }
}
