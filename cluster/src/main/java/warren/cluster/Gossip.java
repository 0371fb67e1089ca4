// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    /// What [Membership] tells of its changes.
    private final class Watcher implements Membership.Watcher {
        @Override
        public void rumoured() {
            scheduleGossip();
        }

        @Override
        public boolean admits(NodeId id, NodeId by) {
            return vouching.admits(id, by);
        }

        @Override
        public boolean isTogether(long nowNanos) {
            return !company.isWary(nowNanos);
        }

        @Override
        public void appeared(MemberEntry entry) {
            entry.isNew = true;
            scheduleGreeting();
        }
    }

    private final ClusterId cluster;
    private final Identity identity;
    private final RecordJudge judge;
    private final Outbox outbox;
    private final RandomGenerator random;
    private final MemberEntry self;
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
    private final Evictions evictions;
    private final Epochs epochs;
    private final Company company;
    private final Vouching vouching;
    private final EvictionSpread evictionSpread;
    private final SecretSpread secretSpread;

    private boolean greetingScheduled;
    private boolean called;
    private long calledNanos;
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
        this.judge = judge;
        this.outbox = outbox;
        this.random = random;
        this.now = nowNanos;
        this.lastGossipNanos = nowNanos - GossipLayout.GOSSIP_INTERVAL;
        this.self = new MemberEntry(own, MemberState.ALIVE, 1, nowNanos);
        this.roster = new Roster(self.id);
        this.seal = seal;
        SyncTree tree = new SyncTree(roster, self);
        this.evictions = new Evictions(cluster);
        this.epochs = new Epochs(cluster, unexplained(secrets), out(evictions), nowNanos);
        this.company = new Company(self, roster, epochs, evictions);
        this.vouching =
                new Vouching(
                        self.id,
                        roster,
                        epochs,
                        evictions,
                        company,
                        timers,
                        this::askWhoBelongs,
                        this::drop,
                        this::forgetStrangers);
        this.membership =
                new Membership(
                        new Membership.Parts(cluster, judge, roster, tree, rumours, timers, outbox),
                        self,
                        new Watcher());
        this.sender = new GossipSender(cluster, seal, roster, rumours, self, outbox);
        this.prober = new Prober(self.id, roster, membership, sender, timers, random);
        this.evictionSpread =
                new EvictionSpread(
                        evictions,
                        self,
                        roster,
                        membership,
                        sender,
                        outbox,
                        random,
                        company,
                        from -> vouching.isHolder(from) && !epochs.coversAll());
        this.antiEntropy =
                new AntiEntropy(
                        self,
                        new AntiEntropy.Parts(
                                cluster,
                                roster,
                                tree,
                                membership,
                                sender,
                                timers,
                                random,
                                outbox,
                                this::rollCall,
                                evictions,
                                evictionSpread,
                                vouching));
        this.bulk = new BulkSync.Parts(seal, tree, antiEntropy, this::apply, vouching);
        this.secretSpread =
                new SecretSpread(
                        new SecretSpread.Parts(
                                self,
                                epochs,
                                evictions,
                                vouching,
                                evictionSpread,
                                company,
                                roster,
                                membership,
                                sender,
                                timers,
                                outbox,
                                random),
                        () -> useSecrets(epochs.secrets()));
        prober.start(nowNanos);
        antiEntropy.start(nowNanos);
        secretSpread.start(nowNanos);
        timers.at(nowNanos, this::considerRecovery);
        rumours.spreadRecord(self);
        scheduleGossip();
    }

    /// Takes in nodes known from disk or from a join exchange. Events tell of each.
    public void learn(List<KnownNode> nodes, long nowNanos) {
        now = nowNanos;
        boolean isNews = nodes.size() <= GossipLayout.NEWS; // more are what everyone knows
        int contradicted = 0;
        for (KnownNode node : nodes) {
            MemberEntry known = roster.get(node.record().id());
            boolean doubtful =
                    node.state() == MemberState.DEAD
                            && known != null
                            && known.state == MemberState.ALIVE;
            contradicted += doubtful ? 1 : 0;
            membership.learn(
                    doubtful && !isNews ? KnownNode.unheard(node.record()) : node,
                    self.id,
                    isNews,
                    nowNanos);
            MemberEntry entry = roster.get(node.record().id());
            if (entry != null) {
                entry.vouched = true;
            }
        }
        if (!isNews && contradicted >= GossipLayout.ROLL_CALL_AT) {
            rollCall(nowNanos); // an answer from the other side of a partition
        }
    }

    /// Takes in what a restarted node had on disk. Who left stays so; everybody else is unheard of
    /// until he speaks, whatever became of him before.
    public void restore(List<KnownNode> nodes, long nowNanos) {
        now = nowNanos;
        for (KnownNode node : nodes) {
            membership.restore(node, nowNanos);
        }
        company.restored(nowNanos);
    }

    /// Takes up the epochs (newest first) and the evictions that were saved. Before anything else.
    public void resume(List<Epoch> savedEpochs, List<Eviction> savedEvictions) {
        epochs.restore(savedEpochs);
        evictionSpread.restore(savedEvictions);
        useSecrets(epochs.secrets());
    }

    /// Takes in what the answer to our join brought.
    public void welcomed(JoinStep.Joined joined, long nowNanos) {
        now = nowNanos;
        JoinStep.News news = joined.news();
        boolean underNewest = news.provenUnder() == epochs.newest().tag();
        for (Eviction eviction : news.evictions()) {
            evictionSpread.offer(eviction, underNewest, nowNanos);
        }
        secretSpread.confirm(nowNanos);
        if (underNewest) {
            learn(joined.nodes(), nowNanos);
        } else {
            learnKnown(joined.nodes(), nowNanos);
        }
        if (secretSpread.offered(news, nowNanos)) {
            Set<NodeId> named = new HashSet<>();
            joined.nodes().forEach(node -> named.add(node.record().id()));
            vouching.received(named, nowNanos);
        }
    }

    /// Draws the next epoch from `fresh`, 32 bytes of a cryptographically strong generator, which
    /// the caller wipes. [GossipEvent.EpochsChanged] follows at once.
    public void rotate(byte[] fresh, long nowNanos) {
        now = nowNanos;
        secretSpread.rotate(fresh, identity, nowNanos);
    }

    /// Evicts a node for ever, and draws the next epoch, which it will not know.
    ///
    /// @param name as people know it
    public void evict(NodeId id, String name, byte[] fresh, long nowNanos) {
        now = nowNanos;
        if (id.equals(self.id)) {
            throw new IllegalArgumentException("a node does not evict itself");
        }
        int epoch = epochs.newest().number();
        Eviction eviction = Eviction.sign(id, name, epoch, identity, cluster);
        evictionSpread.offer(eviction, false, nowNanos);
        secretSpread.rotate(fresh, identity, nowNanos);
    }

    /// The secrets held, newest first, with the statements that made them hold.
    public List<Epoch> epochs() {
        return epochs.held();
    }

    public List<Eviction> evictions() {
        return evictions.all();
    }

    public boolean isEvicted(NodeId id) {
        return evictions.isOut(id);
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
        now = nowNanos;
        if (!own.id().equals(self.id) || !own.replaces(self.record)) {
            throw new IllegalArgumentException("not a newer record of this node: " + own);
        }
        membership.publish(own);
        secretSpread.announced(nowNanos);
    }

    private void useSecrets(List<ClusterSecret> secrets) {
        seal.replace(secrets);
        for (MemberEntry entry : roster.all()) {
            entry.forgetKeys();
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
        membership.publish(NodeRecord.sign(self.record.content().farewell(), identity, cluster));
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
        return entry == null || !NodeAddress.of(cluster, entry.id).equals(from)
                ? null
                : new BulkSync(bulk, entry, false, nonce());
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
        if (entry == null || !NodeAddress.of(cluster, entry.id).equals(from)) {
            boolean out = !from.isV4() && evictions.isOut(NodeId.of(from));
            return out ? GossipDrop.EVICTED_SENDER : GossipDrop.UNKNOWN_SENDER;
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
        from.link().spoke(nowNanos);
        vouching.heard(from, header.epoch());
        boolean estranged = heard(from, header, nowNanos);
        int number = header.number();
        switch (GossipDatagram.parse(header.type(), in, from.id)) {
            case GossipDatagram.Ping(List<GossipUpdate> updates) -> {
                apply(from, updates, true, nowNanos);
                prober.onPing(from, number, nowNanos);
            }
            case GossipDatagram.Ack(List<GossipUpdate> updates) -> {
                apply(from, updates, true, nowNanos);
                prober.onAck(from, number, nowNanos);
            }
            case GossipDatagram.PingRequest(NodeId target, List<GossipUpdate> updates) -> {
                apply(from, updates, true, nowNanos);
                prober.onPingRequest(from, roster.get(target), number, nowNanos);
            }
            case GossipDatagram.News(List<GossipUpdate> updates) ->
                    apply(from, updates, true, nowNanos);
            case GossipDatagram.SyncRoot(long root) -> antiEntropy.onRoot(from, root, nowNanos);
            case GossipDatagram.SyncBuckets(int[] buckets) ->
                    antiEntropy.onBuckets(from, buckets, nowNanos);
            case GossipDatagram.SyncEntries(List<GossipDatagram.Bucket> buckets) ->
                    antiEntropy.onEntries(from, buckets, nowNanos);
            case GossipDatagram.SyncWant(List<NodeId> ids) ->
                    antiEntropy.onWant(from, ids, nowNanos);
            case GossipDatagram.Secret secret -> secretSpread.onSecret(from, secret, nowNanos);
            case GossipDatagram.SyncEvictions(long hash, List<Long> tags) ->
                    evictionSpread.onTags(from, hash, tags, nowNanos);
            case GossipDatagram.WantEvictions(List<Long> tags) ->
                    evictionSpread.onWant(from, tags, nowNanos);
            case GossipDatagram.WhoBelongs() -> tellWhoBelongs(from, nowNanos);
            case GossipDatagram.Belong(List<NodeId> ids) -> vouching.named(from, ids);
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
        secretSpread.heard(from, nowNanos);
        return null;
    }

    /// @return whether the sender should be told how we see it
    private boolean heard(MemberEntry from, Header header, long nowNanos) {
        short ahead = (short) (header.sequence() - from.record.sequence());
        if (ahead == 0) {
            return membership.heard(from, header.incarnation(), nowNanos);
        }
        if (from.link().mayTell(nowNanos)) {
            if (ahead > 0) { // it has published what has not arrived here
                antiEntropy.want(from, List.of(from.id), nowNanos);
            } else { // started from old state
                sender.sendUpdates(from, List.of(GossipUpdate.node(from)), nowNanos);
            }
        }
        return false;
    }

    private void apply(
            MemberEntry from, List<GossipUpdate> updates, boolean isNews, long nowNanos) {
        List<NodeId> unknown = new ArrayList<>();
        for (GossipUpdate update : updates) {
            switch (update) {
                case GossipUpdate.Node node -> {
                    apply(from, node, isNews, nowNanos);
                    vouching.named(from, List.of(node.about()));
                }
                case GossipUpdate.Evicted(Eviction eviction) -> {
                    if (evictionSpread.offer(from, eviction, nowNanos)) {
                        secretSpread.confirm(nowNanos);
                    }
                }
                case GossipUpdate.State claim -> {
                    if (membership.apply(claim, nowNanos) && mayBe(claim.about(), from)) {
                        unknown.add(claim.about());
                    }
                }
                case GossipUpdate.RollCall call -> onRollCall(call, nowNanos);
            }
        }
        antiEntropy.want(from, unknown, nowNanos);
    }

    private void apply(MemberEntry from, GossipUpdate.Node node, boolean isNews, long nowNanos) {
        if (!mayBe(node.about(), from)) {
            return;
        }
        if (!membership.isNews(node)) {
            long sequence = NodeRecord.peekSequence(node.record());
            membership.apply(
                    new GossipUpdate.State(
                            node.about(), node.state(), sequence, node.incarnation(), from.id),
                    nowNanos);
        } else if (from.link().spendTrust(nowNanos)
                && judge.parse(node.record()) instanceof NodeRecord record
                && record.id().equals(node.about())) {
            membership.learn(
                    new KnownNode(record, node.state(), node.incarnation()),
                    from.id,
                    isNews,
                    nowNanos);
        }
    }

    /// Begins a roll call: a partition has ended, and thousands have to be heard of again.
    private boolean rollCall(long nowNanos) {
        return onRollCall(new GossipUpdate.RollCall(self.id, random.nextInt()), nowNanos);
    }

    /// One in a while is answered and passed on; that is what a hostile member gets for them.
    private boolean onRollCall(GossipUpdate.RollCall call, long nowNanos) {
        if (called && nowNanos - calledNanos < GossipLayout.ROLL_CALL_INTERVAL) {
            return false;
        }
        called = true;
        calledNanos = nowNanos;
        rumours.spreadCall(GossipUpdate.rollCall(call));
        membership.raise(nowNanos);
        return true;
    }

    /// Whether it is known, or may become so on the word of `by`.
    private boolean mayBe(NodeId id, MemberEntry by) {
        return id.equals(self.id) || roster.get(id) != null || vouching.admits(id, by.id);
    }

    /// Only what is known already: whoever said it does not hold our newest secret.
    private void learnKnown(List<KnownNode> nodes, long nowNanos) {
        for (KnownNode node : nodes) {
            if (roster.get(node.record().id()) != null || node.record().id().equals(self.id)) {
                membership.learn(node, self.id, true, nowNanos);
            }
        }
    }

    private void askWhoBelongs(MemberEntry holder) {
        sender.send(holder, GossipLayout.WHO_BELONGS, 0, new WireWriter());
    }

    private void tellWhoBelongs(MemberEntry to, long nowNanos) {
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

    private void drop(NodeId id) {
        membership.expel(id);
    }

    private void forgetStrangers() {
        evictionSpread.forgetStrangers();
    }

    private static List<Epoch> unexplained(List<ClusterSecret> secrets) {
        return secrets.stream().map(secret -> new Epoch(secret, null)).toList();
    }

    private static Epochs.Out out(Evictions evictions) {
        return new Epochs.Out() {
            @Override
            public boolean test(NodeId id) {
                return evictions.isOut(id);
            }

            @Override
            public long hash() {
                return evictions.hash();
            }
        };
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
        int peers = rumours.size() > GossipLayout.STORM ? GossipLayout.STORM_FANOUT : 0;
        peers = Math.max(GossipLayout.GOSSIP_FANOUT, peers);
        List<MemberEntry> ring = new ArrayList<>(roster.ring());
        ring.removeIf(entry -> entry.isNew || entry.isDoubted());
        for (MemberEntry peer : Roster.some(peers, ring, null, random)) {
            if (!rumours.isEmpty()) {
                sender.sendWithNews(peer, GossipLayout.GOSSIP, 0, new WireWriter(MAX_DATAGRAM));
            }
        }
        if (!rumours.isEmpty() && !roster.ring().isEmpty()) {
            scheduleGossip();
        }
    }

    /// Opens the paths to peers of the ring that have just been met, and compares notes.
    private void scheduleGreeting() {
        if (!greetingScheduled) {
            greetingScheduled = true;
            timers.at(now + GossipLayout.GREETING_DELAY, (at, _) -> greet(at));
        }
    }

    /// The lesser id first: two WireGuard initiations that cross undo each other, and are tried
    /// again only after five seconds. The greater follows, in case the other was not let in yet.
    private void greet(long nowNanos) {
        greetingScheduled = false;
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
