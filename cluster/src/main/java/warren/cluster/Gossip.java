// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import warren.wireguard.IpAddress;

/// The membership of a cluster as one node sees it: failure detection, dissemination and
/// anti-entropy, `docs/gossip.md`. What its owner calls; the work is done by the parts that
/// [GossipParts] puts together. Confined to the gossip loop; everything it wants done goes
/// through the [Outbox] during a call.
public final class Gossip {
    /// The UDP port on node addresses, inside the tunnel. The TCP port of the same number there
    /// is kept for bulk transfers.
    public static final int PORT = 51821;

    /// The longest datagram sent or accepted: with 80 bytes of WireGuard and 48 of inner headers
    /// it fits an underlay of 1280 bytes.
    public static final int MAX_DATAGRAM = 1100;

    /// Where instructions go. Called from within [Gossip]'s methods, by the same thread; must
    /// not call back into methods that change it.
    public interface Outbox {
        /// Send `payload` by UDP from our node address to `address`, port [#PORT]. The array is
        /// the receiver's to keep. Best effort: a failed send is a lost datagram.
        void send(NodeId to, IpAddress address, byte[] payload);

        void on(GossipEvent event);
    }

    private final ClusterId cluster;
    private final Identity identity;
    private final RandomGenerator random;
    private final MemberEntry self;
    private final Roster roster;
    private final Timers timers;
    private final GossipParts parts;

    /// @param own our record, signed; publish newer ones with [#publish]
    /// @param secrets the epochs held, newest first; copied, not destroyed
    /// @param random jitter and choices; need not be strong
    public Gossip(
            ClusterId cluster,
            Identity identity,
            NodeRecord own,
            List<ClusterSecret> secrets,
            Outbox outbox,
            RandomGenerator random,
            long nowNanos) {
        this(cluster, identity, own, secrets, outbox, random, nowNanos, new RecordJudge(cluster));
    }

    Gossip(
            ClusterId cluster,
            Identity identity,
            NodeRecord own,
            List<ClusterSecret> secrets,
            Outbox outbox,
            RandomGenerator random,
            long nowNanos,
            RecordJudge judge) {
        this(
                cluster,
                identity,
                own,
                secrets,
                outbox,
                random,
                nowNanos,
                judge,
                new GossipSeal(identity, secrets));
    }

    /// @param judge may be shared by simulated nodes, and `seal` may leave MACs out
    Gossip(
            ClusterId cluster,
            Identity identity,
            NodeRecord own,
            List<ClusterSecret> secrets,
            Outbox outbox,
            RandomGenerator random,
            long nowNanos,
            RecordJudge judge,
            GossipSeal seal) {
        this.cluster = cluster;
        this.identity = identity;
        this.random = random;
        this.self = new MemberEntry(own, MemberState.ALIVE, 1, nowNanos);
        GossipContext context = GossipContext.of(cluster, self, seal, outbox, random);
        this.roster = context.roster();
        this.timers = context.timers();
        timers.begin(nowNanos);
        this.parts = new GossipParts(context, judge, secrets, nowNanos);
        parts.start(nowNanos);
    }

    /// Takes in nodes known from disk or from a join exchange. Events tell of each.
    public void learn(List<KnownNode> nodes, long nowNanos) {
        timers.begin(nowNanos);
        parts.introductions.learn(nodes, nowNanos);
    }

    /// Takes in what a restarted node had on disk. Who left stays so; everybody else is unheard of
    /// until he speaks, whatever became of him before.
    public void restore(List<KnownNode> nodes, long nowNanos) {
        timers.begin(nowNanos);
        parts.introductions.restore(nodes, nowNanos);
        parts.company.restored(nowNanos);
    }

    /// Takes up the epochs (newest first) and the evictions that were saved. Before anything else.
    public void resume(List<Epoch> savedEpochs, List<Eviction> savedEvictions) {
        parts.epochs.restore(savedEpochs);
        parts.evictionSpread.restore(savedEvictions);
        parts.secretSpread.use();
    }

    /// Takes in what the answer to our join brought.
    public void welcomed(JoinStep.Joined joined, long nowNanos) {
        timers.begin(nowNanos);
        JoinStep.News news = joined.news();
        boolean underNewest = news.provenUnder() == parts.epochs.newest().tag();
        for (Eviction eviction : news.evictions()) {
            parts.evictionSpread.offer(eviction, underNewest, nowNanos);
        }
        parts.secretSpread.confirm(nowNanos);
        if (underNewest) {
            parts.introductions.learn(joined.nodes(), nowNanos);
        } else {
            parts.introductions.learnKnown(joined.nodes(), nowNanos);
        }
        if (parts.secretSpread.offered(news, nowNanos)) {
            Set<NodeId> named = new HashSet<>();
            joined.nodes().forEach(node -> named.add(node.record().id()));
            parts.vouching.received(named, nowNanos);
        }
    }

    /// Draws the next epoch from `fresh`, 32 bytes of a cryptographically strong generator, which
    /// the caller wipes. [GossipEvent.EpochsChanged] follows at once.
    public void rotate(byte[] fresh, long nowNanos) {
        timers.begin(nowNanos);
        parts.secretSpread.rotate(fresh, identity, nowNanos);
    }

    /// Evicts a node for ever, and draws the next epoch, which it will not know.
    ///
    /// @param name as people know it
    public void evict(NodeId id, String name, byte[] fresh, long nowNanos) {
        timers.begin(nowNanos);
        if (id.equals(self.id)) {
            throw new IllegalArgumentException("a node does not evict itself");
        }
        int epoch = parts.epochs.newest().number();
        Eviction eviction = Eviction.sign(id, name, epoch, identity, cluster);
        parts.evictionSpread.offer(eviction, false, nowNanos);
        parts.secretSpread.rotate(fresh, identity, nowNanos);
    }

    /// The secrets held, newest first, with the statements that made them hold.
    public List<Epoch> epochs() {
        return parts.epochs.held();
    }

    public List<Eviction> evictions() {
        return parts.evictions.all();
    }

    public boolean isEvicted(NodeId id) {
        return parts.evictions.isOut(id);
    }

    /// Whether a node may be given the newest secret although it proves an older one only.
    public boolean isVouchedFor(NodeId id) {
        MemberEntry entry = roster.get(id);
        return entry != null && entry.vouched;
    }

    /// Spreads a newer record of our own.
    ///
    /// @throws IllegalArgumentException where it is not ours, or not newer
    public void publish(NodeRecord own, long nowNanos) {
        timers.begin(nowNanos);
        if (!own.id().equals(self.id) || !own.replaces(self.record)) {
            throw new IllegalArgumentException("not a newer record of this node: " + own);
        }
        parts.membership.publish(own);
        parts.secretSpread.announced(nowNanos);
    }

    /// @param from the source address: a node address, which the tunnel vouches for
    /// @param payload not kept
    public void onDatagram(IpAddress from, byte[] payload, long nowNanos) {
        timers.begin(nowNanos);
        parts.receiver.onDatagram(from, payload, nowNanos);
    }

    /// Does what is due; call it again at the returned time, or earlier.
    ///
    /// @return the next deadline, on the clock of `nowNanos`
    public long onTimer(long nowNanos) {
        timers.begin(nowNanos);
        timers.run(nowNanos);
        return nextDeadline();
    }

    /// When [#onTimer] is due next; every other call may have moved it.
    public long nextDeadline() {
        return timers.next(timers.now() + GossipLayout.PROBE_INTERVAL);
    }

    /// Tells the others that this node leaves; the owner keeps calling [#onTimer] for a second
    /// or two so that word gets out, and then stops.
    public void leave(long nowNanos) {
        timers.begin(nowNanos);
        parts.membership.publish(
                NodeRecord.sign(self.record.content().farewell(), identity, cluster));
        for (MemberEntry entry : roster.ring()) {
            parts.context.sender().sendWithNews(entry, GossipLayout.GOSSIP, 0, new WireWriter());
        }
    }

    /// Begins what [GossipEvent.BulkDue] asked for; null where the node has gone meanwhile.
    public @Nullable BulkSync startBulk(NodeId peer) {
        MemberEntry entry = roster.get(peer);
        return entry == null ? null : new BulkSync(parts.bulk, entry, true, nonce());
    }

    /// Answers a stream that was opened to us; null where no member has that address. The owner
    /// bounds how many streams there are at once, and of one member to one.
    ///
    /// @param from the source address, which the tunnel vouches for
    public @Nullable BulkSync acceptBulk(IpAddress from) {
        MemberEntry entry = parts.receiver.sender(from);
        return entry == null ? null : new BulkSync(parts.bulk, entry, false, nonce());
    }

    /// All other nodes, by id.
    public List<Member> members() {
        return roster.all().stream().map(entry -> entry.snapshot(cluster)).toList();
    }

    public @Nullable Member member(NodeId id) {
        MemberEntry entry = roster.get(id);
        return entry == null ? null : entry.snapshot(cluster);
    }

    public NodeRecord own() {
        return self.record;
    }

    /// Everything vouched for, our own record included, as a join answer or the records file hold
    /// it.
    public List<KnownNode> known() {
        List<KnownNode> known = new ArrayList<>(1 + roster.size());
        known.add(new KnownNode(self.record, self.state, self.incarnation));
        for (MemberEntry entry : roster.all()) {
            if (!entry.vouched) {
                continue;
            }
            known.add(new KnownNode(entry.record, entry.state, entry.incarnation));
        }
        return known;
    }

    /// How many datagrams were dropped for this reason.
    public long dropped(GossipDrop reason) {
        return parts.receiver.dropped(reason);
    }

    private byte[] nonce() {
        byte[] nonce = new byte[BulkSync.NONCE_LENGTH];
        random.nextBytes(nonce);
        return nonce;
    }
}
