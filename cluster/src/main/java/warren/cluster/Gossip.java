// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import warren.cluster.GossipDatagram.Header;
import warren.wireguard.IpAddress;

/// The membership of a cluster as one node sees it: failure detection, dissemination and
/// anti-entropy, `docs/gossip.md`. Confined to the gossip loop; everything it wants done goes
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

    private final NodeId self;
    private final Outbox outbox;
    private final RandomGenerator random;
    private final Timers timers = new Timers();
    private final Rumours rumours = new Rumours();
    private final Map<GossipDrop, Long> drops = new EnumMap<>(GossipDrop.class);
    private final Roster roster;
    private final GossipSeal seal;
    private final Membership membership;
    private final GossipSender sender;
    private final Prober prober;
    private final AntiEntropy antiEntropy;
    private final BulkSync.Parts bulk;

    private boolean gossipScheduled;
    private long lastGossipNanos;
    private long aloneSinceNanos;
    private boolean alone;

    /// The time of the call in progress; for what is scheduled from deep within it.
    private long now;

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
        this(cluster, identity, own, secrets, outbox, random, nowNanos, new RecordStore(cluster));
    }

    /// @param store empty
    Gossip(
            ClusterId cluster,
            Identity identity,
            NodeRecord own,
            List<ClusterSecret> secrets,
            Outbox outbox,
            RandomGenerator random,
            long nowNanos,
            RecordStore store) {
        this.self = own.id();
        this.outbox = outbox;
        this.random = random;
        this.now = nowNanos;
        this.lastGossipNanos = nowNanos - GossipLayout.GOSSIP_INTERVAL;
        this.roster = new Roster(self);
        this.seal = new GossipSeal(identity, secrets);
        SyncTree tree = new SyncTree(roster);
        Membership.Parts parts =
                new Membership.Parts(cluster, store, roster, tree, rumours, timers, outbox);
        this.membership = new Membership(parts, own, this::scheduleGossip, this::scheduleGreeting);
        this.sender = new GossipSender(seal, roster, rumours, membership, outbox);
        this.prober = new Prober(roster, membership, sender, timers, random);
        this.antiEntropy =
                new AntiEntropy(roster, tree, membership, sender, timers, random, outbox);
        this.bulk = new BulkSync.Parts(seal, tree, antiEntropy);
        prober.start(nowNanos);
        antiEntropy.start(nowNanos);
        timers.at(nowNanos, this::considerRecovery);
        membership.spreadOwn();
    }

    /// Takes in nodes known from disk or from a join exchange. Events tell of each.
    public void learn(List<KnownNode> nodes, long nowNanos) {
        now = nowNanos;
        for (KnownNode node : nodes) {
            membership.learn(node, self, nowNanos);
        }
    }

    /// Takes in what a restarted node had on disk. Who left stays so; everybody else is unheard of
    /// until he speaks, whatever became of him before.
    public void restore(List<KnownNode> nodes, long nowNanos) {
        now = nowNanos;
        for (KnownNode node : nodes) {
            membership.restore(node, nowNanos);
        }
    }

    /// Spreads a newer record of our own.
    ///
    /// @throws IllegalArgumentException where it is not ours, or not newer
    public void publish(NodeRecord own, long nowNanos) {
        now = nowNanos;
        if (!own.id().equals(self) || !own.replaces(membership.own())) {
            throw new IllegalArgumentException("not a newer record of this node: " + own);
        }
        membership.publish(own);
    }

    /// Replaces the secrets, newest first, as a rotation proceeds.
    public void useSecrets(List<ClusterSecret> secrets) {
        seal.replace(secrets);
        for (MemberEntry entry : roster.all()) {
            entry.keys.values().forEach(PairKeys::destroy);
            entry.keys.clear();
        }
    }

    /// @param from the source address: a node address, which the tunnel vouches for
    /// @param payload not kept
    public void onDatagram(IpAddress from, byte[] payload, long nowNanos) {
        now = nowNanos;
        GossipDrop drop = receive(from, payload, nowNanos);
        if (drop != null) {
            drops.merge(drop, 1L, Long::sum);
        }
    }

    /// Does what is due; call it again at the returned time, or earlier.
    ///
    /// @return the next deadline, on the clock of `nowNanos`
    public long onTimer(long nowNanos) {
        now = nowNanos;
        timers.run(nowNanos);
        return nextDeadline();
    }

    /// When [#onTimer] is due next; every other call may have moved it.
    public long nextDeadline() {
        return timers.next(now + GossipLayout.PROBE_INTERVAL);
    }

    /// Tells the others that this node leaves; the owner keeps calling [#onTimer] for a second
    /// or two so that word gets out, and then stops.
    public void leave(long nowNanos) {
        now = nowNanos;
        membership.leave();
        for (MemberEntry entry : roster.ring()) {
            sender.sendWithNews(entry, GossipLayout.GOSSIP, 0, new WireWriter());
        }
    }

    /// Begins what [GossipEvent.BulkDue] asked for; null where the node has gone meanwhile.
    public @Nullable BulkSync startBulk(NodeId peer) {
        MemberEntry entry = roster.get(peer);
        return entry == null ? null : new BulkSync(bulk, entry, true, nonce());
    }

    /// Answers a stream that was opened to us; null where no member has that address. The owner
    /// bounds how many streams there are at once, and of one member to one.
    ///
    /// @param from the source address, which the tunnel vouches for
    public @Nullable BulkSync acceptBulk(IpAddress from) {
        MemberEntry entry = from.isV4() ? null : roster.get(NodeId.of(from));
        return entry == null || !entry.address.equals(from)
                ? null
                : new BulkSync(bulk, entry, false, nonce());
    }

    /// All other nodes, by id.
    public List<Member> members() {
        return roster.all().stream().map(MemberEntry::snapshot).toList();
    }

    public @Nullable Member member(NodeId id) {
        MemberEntry entry = roster.get(id);
        return entry == null ? null : entry.snapshot();
    }

    public NodeRecord own() {
        return membership.own();
    }

    /// Everything known, our own record included, as a join answer or the records file hold it.
    public List<KnownNode> known() {
        List<KnownNode> known = new ArrayList<>();
        known.add(new KnownNode(membership.own(), MemberState.ALIVE, membership.incarnation()));
        for (MemberEntry entry : roster.all()) {
            known.add(new KnownNode(entry.record, entry.state, entry.incarnation));
        }
        return known;
    }

    /// How many datagrams were dropped for this reason.
    public long dropped(GossipDrop reason) {
        return drops.getOrDefault(reason, 0L);
    }

    private byte[] nonce() {
        byte[] nonce = new byte[BulkSync.NONCE_LENGTH];
        random.nextBytes(nonce);
        return nonce;
    }

    private @Nullable GossipDrop receive(IpAddress from, byte[] payload, long nowNanos) {
        if (payload.length < GossipLayout.HEADER_LENGTH + GossipLayout.MAC_LENGTH) {
            return GossipDrop.TOO_SHORT;
        }
        if (payload.length > MAX_DATAGRAM) {
            return GossipDrop.TOO_LONG;
        }
        MemberEntry entry = from.isV4() ? null : roster.get(NodeId.of(from));
        if (entry == null || !entry.address.equals(from)) {
            return GossipDrop.UNKNOWN_SENDER;
        }
        WireReader in = new WireReader(payload, 0, payload.length - GossipLayout.MAC_LENGTH);
        Header header = Header.read(in);
        if (header.version() != GossipLayout.VERSION) {
            return GossipDrop.UNKNOWN_VERSION;
        }
        GossipDrop drop = seal.check(entry, header, payload);
        return drop == null ? dispatch(entry, header, in, nowNanos) : drop;
    }

    private @Nullable GossipDrop dispatch(
            MemberEntry from, Header header, WireReader in, long nowNanos) {
        boolean estranged = membership.heard(from, header.incarnation(), nowNanos);
        int number = header.number();
        switch (GossipDatagram.parse(header.type(), in)) {
            case GossipDatagram.Ping(List<GossipUpdate> updates) -> {
                apply(from, updates, nowNanos);
                prober.onPing(from, number);
            }
            case GossipDatagram.Ack(List<GossipUpdate> updates) -> {
                apply(from, updates, nowNanos);
                prober.onAck(from, number, nowNanos);
            }
            case GossipDatagram.PingRequest(NodeId target, List<GossipUpdate> updates) -> {
                apply(from, updates, nowNanos);
                prober.onPingRequest(from, roster.get(target), number);
            }
            case GossipDatagram.News(List<GossipUpdate> updates) -> apply(from, updates, nowNanos);
            case GossipDatagram.SyncRoot(long root) -> antiEntropy.onRoot(from, root, nowNanos);
            case GossipDatagram.SyncBuckets(int[] buckets) ->
                    antiEntropy.onBuckets(from, buckets, nowNanos);
            case GossipDatagram.SyncEntries(List<GossipDatagram.Bucket> buckets) ->
                    antiEntropy.onEntries(from, buckets, nowNanos);
            case GossipDatagram.SyncWant(List<NodeId> ids) ->
                    antiEntropy.onWant(from, ids, nowNanos);
            case GossipDatagram.Malformed malformed -> {
                return switch (malformed) {
                    case UNKNOWN_TYPE -> GossipDrop.UNKNOWN_TYPE;
                    case BAD_BODY -> GossipDrop.BAD_BODY;
                };
            }
        }
        if (estranged) {
            prober.tell(from, nowNanos);
        }
        return null;
    }

    private void apply(MemberEntry from, List<GossipUpdate> updates, long nowNanos) {
        List<NodeId> unknown = new ArrayList<>();
        for (GossipUpdate update : updates) {
            switch (update) {
                case GossipUpdate.Node(KnownNode node) -> membership.learn(node, from.id, nowNanos);
                case GossipUpdate.State(
                                NodeId about,
                                MemberState state,
                                int incarnation,
                                NodeId by) -> {
                    if (!membership.apply(about, state, incarnation, by, nowNanos)
                            && state == MemberState.ALIVE) {
                        unknown.add(about);
                    }
                }
            }
        }
        antiEntropy.want(from, unknown, nowNanos);
    }

    private void scheduleGossip() {
        if (!gossipScheduled) {
            gossipScheduled = true;
            long earliest = lastGossipNanos + GossipLayout.GOSSIP_INTERVAL;
            long soon = now + GossipLayout.GOSSIP_DELAY;
            timers.at(earliest - soon > 0 ? earliest : soon, (at, _) -> gossip(at));
        }
    }

    private void gossip(long nowNanos) {
        gossipScheduled = false;
        lastGossipNanos = nowNanos;
        for (MemberEntry peer :
                Roster.some(GossipLayout.GOSSIP_FANOUT, roster.ring(), null, random)) {
            if (!rumours.isEmpty()) {
                sender.sendWithNews(peer, GossipLayout.GOSSIP, 0, new WireWriter());
            }
        }
        if (!rumours.isEmpty() && !roster.ring().isEmpty()) {
            scheduleGossip();
        }
    }

    /// Opens the path to a peer of the ring that has just been met, and compares notes with it.
    private void scheduleGreeting(MemberEntry entry) {
        timers.at(
                now + GossipLayout.GREETING_DELAY,
                (at, _) -> {
                    if (roster.ring().contains(entry)) {
                        prober.greet(entry);
                        antiEntropy.with(entry, at);
                    }
                });
    }

    private void considerRecovery(long nowNanos, long lateNanos) {
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
            recover();
        }
        long interval =
                due
                        ? GossipLayout.RECOVERY_INTERVAL / 2
                                + random.nextLong(GossipLayout.RECOVERY_INTERVAL)
                        : GossipLayout.SECOND;
        timers.at(nowNanos + interval, this::considerRecovery);
    }

    /// Asks the owner to try the underlay, mostly towards a node that cannot be reached.
    private void recover() {
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
