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

    private final ClusterId cluster;
    private final MemberEntry self;
    private final Roster roster;
    private final SyncTree tree;
    private final Membership membership;
    private final GossipSender sender;
    private final Timers timers;
    private final RandomGenerator random;
    private final Outbox outbox;
    private final RollCalls rollCalls;
    private final EvictionSpread evictionSpread;
    private final Vouching vouching;
    private long nextNanos;
    private boolean bulkAsked;
    private long bulkNanos;

    AntiEntropy(
            GossipContext context,
            Membership membership,
            RollCalls rollCalls,
            EvictionSpread evictionSpread,
            Vouching vouching) {
        this.cluster = context.cluster();
        this.self = context.self();
        this.roster = context.roster();
        this.tree = context.tree();
        this.membership = membership;
        this.sender = context.sender();
        this.timers = context.timers();
        this.random = context.random();
        this.outbox = context.outbox();
        this.rollCalls = rollCalls;
        this.evictionSpread = evictionSpread;
        this.vouching = vouching;
    }

    void start(long nowNanos) {
        next(nowNanos + random.nextLong(GossipLayout.SYNC_INTERVAL));
    }

    /// Compares with one node now.
    void with(MemberEntry entry, long nowNanos) {
        if (entry.link().spend(nowNanos)) {
            sender.send(entry, GossipLayout.SYNC_ROOT, 0, new WireWriter(8).u64(root()));
        }
    }

    private long root() {
        return tree.root() ^ evictionSpread.hash();
    }

    void onRoot(MemberEntry from, long root, long nowNanos) {
        if (root != root() && from.link().spend(nowNanos)) {
            evictionSpread.compare(from, nowNanos);
            WireWriter body = new WireWriter(GossipLayout.BUCKETS * GossipLayout.BUCKET_LENGTH);
            for (int bucket : tree.buckets()) {
                body.u32(bucket);
            }
            sender.send(from, GossipLayout.SYNC_BUCKETS, 0, body);
        }
    }

    void onBuckets(MemberEntry from, int[] theirs, long nowNanos) {
        evictionSpread.compare(from, nowNanos);
        int[] mine = tree.buckets();
        if (asksForStream(from, mine, theirs, nowNanos)) {
            again(nowNanos); // by datagrams, should the stream come to nothing
            return;
        }
        int first = random.nextInt(GossipLayout.BUCKETS); // all get their turn if not all fit
        WireWriter body = new WireWriter();
        int sent = 0;
        for (int i = 0; i < GossipLayout.BUCKETS && sent < GossipLayout.SYNC_DATAGRAMS; i++) {
            int number = (first + i) % GossipLayout.BUCKETS;
            if (mine[number] != theirs[number]) {
                WireWriter one = new WireWriter();
                GossipDatagram.write(one, tree.bucket(number));
                if (body.length() + one.length() > GossipSender.room()) {
                    sendEntries(from, body, nowNanos);
                    sent++;
                    body = new WireWriter();
                }
                body.put(one);
            }
        }
        if (body.length() > 0) {
            sendEntries(from, body, nowNanos);
            again(nowNanos);
        }
    }

    private void again(long nowNanos) {
        next(nowNanos + GossipLayout.SYNC_AGAIN + random.nextLong(GossipLayout.SYNC_AGAIN));
    }

    /// Asks for a stream where either side has many entries to list: this one by what it knows, the
    /// other by how few parts are equal.
    private boolean asksForStream(MemberEntry from, int[] mine, int[] theirs, long nowNanos) {
        int differing = 0;
        for (int i = 0; i < GossipLayout.BUCKETS; i++) {
            differing += mine[i] == theirs[i] ? 0 : 1;
        }
        long entries = (long) differing * roster.size() / GossipLayout.BUCKETS;
        boolean lately = bulkAsked && nowNanos - bulkNanos < GossipLayout.BULK_INTERVAL;
        boolean much = entries > GossipLayout.BULK_ENTRIES || differing > GossipLayout.BULK_BUCKETS;
        if (lately || !much) {
            return false;
        }
        bulkAsked = true;
        bulkNanos = nowNanos;
        outbox.on(new GossipEvent.BulkDue(from.id, NodeAddress.of(cluster, from.id)));
        return true;
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
        List<Entry> doubtful = new ArrayList<>();
        for (Bucket bucket : buckets) {
            Set<NodeId> listed = new HashSet<>();
            for (Entry theirs : bucket.entries()) {
                listed.add(theirs.id());
                if (!compare(from, theirs, found, nowNanos)) {
                    doubtful.add(theirs);
                }
            }
            for (Entry mine : tree.bucket(bucket.number()).entries()) {
                if (!listed.contains(mine.id())) {
                    found.nodes.add(mine.id());
                }
            }
        }
        if (doubtful.size() >= GossipLayout.ROLL_CALL_AT
                && doubtful.size() > membership.suspects().size()
                && membership.isCalm(nowNanos) // or a partition has just begun
                && rollCalls.call(nowNanos)) {
            return; // a partition has ended: they answer for themselves
        }
        for (Entry theirs : doubtful) {
            dispute(from, theirs, found, nowNanos);
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
        for (int at = 0; at < ids.size() && from.link().spend(nowNanos); at += most) {
            WireWriter body = new WireWriter();
            ids.subList(at, Math.min(ids.size(), at + most)).forEach(body::put);
            sender.send(from, GossipLayout.SYNC_WANT, 0, body);
        }
    }

    /// A node with its record, which may be its farewell, as an update; null where it is not
    /// known, or nobody vouches for it.
    byte @Nullable [] node(NodeId id) {
        MemberEntry entry = id.equals(self.id) ? self : roster.get(id);
        return entry == null || !entry.vouched ? null : GossipUpdate.node(entry);
    }

    private void addNode(NodeId id, List<byte[]> updates) {
        byte[] update = node(id);
        if (update != null) {
            updates.add(update);
        }
    }

    /// @return false where one of us sees the node dead and the other alive
    private boolean compare(MemberEntry from, Entry theirs, Differences found, long nowNanos) {
        NodeId id = theirs.id();
        MemberEntry known = roster.get(id);
        if (known != null && known.state == MemberState.LEFT) {
            if (theirs.sequence() <= known.record.sequence()) {
                found.nodes.add(id);
            } else {
                found.wanted.add(id);
            }
            return true;
        }
        MemberEntry mine = tree.get(id);
        if (mine == null) {
            if (vouching.admits(id, from.id)) {
                found.wanted.add(id);
            }
            return true;
        }
        int bySequence = Long.compareUnsigned(mine.record.sequence(), theirs.sequence());
        if (bySequence == 0 && mine.record.tag() == theirs.tag()) {
            if (mine.incarnation == theirs.incarnation()) {
                if (isOneOfEach(mine, theirs, MemberState.DEAD, MemberState.ALIVE)) {
                    return false;
                }
                if (isOneOfEach(mine, theirs, MemberState.DEAD, MemberState.SUSPECT)) {
                    return true; // who suspects it will find out without being told
                }
            }
            dispute(from, theirs, found, nowNanos);
            return true;
        }
        if (bySequence >= 0) {
            found.nodes.add(id);
        }
        if (bySequence <= 0) {
            found.wanted.add(id);
        }
        return true;
    }

    private static boolean isOneOfEach(
            MemberEntry mine, Entry theirs, MemberState one, MemberState other) {
        return (mine.state == one && theirs.state() == other)
                || (mine.state == other && theirs.state() == one);
    }

    /// Takes in how they see a node whose record both have, and notes what they should hear.
    private void dispute(MemberEntry from, Entry theirs, Differences found, long nowNanos) {
        membership.apply(
                new GossipUpdate.State(
                        theirs.id(),
                        theirs.state(),
                        theirs.sequence(),
                        theirs.incarnation(),
                        from.id),
                nowNanos);
        MemberEntry mine = tree.get(theirs.id());
        if (mine != null && isNewer(mine, theirs)) {
            found.states.add(GossipUpdate.state(mine, self.id));
        }
    }

    /// Whether they should hear my state: mine has a later incarnation, or I know it dead.
    private static boolean isNewer(MemberEntry mine, Entry theirs) {
        return mine.incarnation != theirs.incarnation()
                ? mine.incarnation > theirs.incarnation()
                : mine.state == MemberState.DEAD && theirs.state() != MemberState.DEAD;
    }

    private void sendEntries(MemberEntry to, WireWriter body, long nowNanos) {
        if (to.link().spend(nowNanos)) {
            sender.send(to, GossipLayout.SYNC_ENTRIES, 0, body);
        }
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
