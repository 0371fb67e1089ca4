// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import warren.wireguard.IpAddress;

/// One node of a [MemoryCluster]: what an agent does around the gossip core and the join
/// exchange.
public final class MemoryNode {
    private static final long SECOND = MemoryCluster.SECOND;

    /// How long an agent takes until a new record is a peer of its tunnel.
    private static final long RECONCILE_MIN = SECOND / 10;

    private static final long RECONCILE_SPREAD = SECOND / 5;

    private static final int MAX_EVENTS = 10_000;

    private final MemoryCluster cluster;
    private final int index;
    private final Identity identity;
    private final IpAddress address;
    private final RecordJudge judge;
    private final MemoryTunnel tunnel;
    private final List<GossipEvent> events = new ArrayList<>();
    private @Nullable Gossip gossip;
    private boolean powered = true;
    private long sequence;
    private boolean recovers = true;
    private int recoveries;
    private int streams;

    /// Whom it sees alive, and whom dead or left, by index.
    private final BitSet alive = new BitSet();

    private final BitSet gone = new BitSet();

    private long tickNanos;
    private boolean tickScheduled;
    private boolean reconcileScheduled;
    private List<MemoryNode> uninstalled = new ArrayList<>();
    private final Set<MemoryNode> streaming = new HashSet<>();

    /// What events asked for and [#react] does.
    private long outrun;

    private @Nullable NodeRecord wanted;

    /// What the disk of a stopped node holds.
    private List<NodeRecord> disk = List.of();

    private List<Epoch> epochs;
    private List<Eviction> evictions = List.of();
    private boolean epochsChanged;
    private boolean rotationDue;

    /// @param judge whether it believes what others have verified
    MemoryNode(MemoryCluster cluster, int index, Identity identity, RecordJudge judge) {
        this.cluster = cluster;
        this.index = index;
        this.identity = identity;
        this.address = NodeAddress.of(Nodes.CLUSTER, identity.id());
        this.judge = judge;
        this.tunnel = new MemoryTunnel(cluster, this);
        this.epochs = List.of(new Epoch(cluster.secret(), null));
    }

    public String name() {
        return "n" + index;
    }

    public int index() {
        return index;
    }

    public NodeId id() {
        return identity.id();
    }

    public Identity identity() {
        return identity;
    }

    public IpAddress address() {
        return address;
    }

    MemoryTunnel tunnel() {
        return tunnel;
    }

    public Gossip gossip() {
        if (gossip == null) {
            throw new IllegalStateException(name() + " does not run");
        }
        return gossip;
    }

    /// Whether its agent runs.
    public boolean isRunning() {
        return gossip != null;
    }

    /// Whether its machine runs, with or without an agent.
    boolean isPowered() {
        return powered;
    }

    /// The last ones.
    public List<GossipEvent> events() {
        return events;
    }

    public int recoveries() {
        return recoveries;
    }

    /// How many bulk streams it has begun.
    public int streams() {
        return streams;
    }

    /// Whether it acts on [GossipEvent.RecoveryDue].
    public void recovers(boolean does) {
        recovers = does;
    }

    /// How far the clock of this machine is ahead; behind where it is negative.
    public void skewClock(long nanos) {
        tunnel.skew(nanos);
    }

    public void start() {
        cluster.note(name() + " starts");
        sequence++;
        NodeRecord own = record(sequence);
        powered = true;
        updateViews(false);
        gossip =
                new Gossip(
                        Nodes.CLUSTER,
                        identity,
                        own,
                        List.of(cluster.secret()),
                        new Outbox(),
                        new Random(cluster.random().nextLong()),
                        cluster.now(),
                        judge,
                        cluster.seal(identity));
        gossip.resume(epochs, evictions);
        updateViews(true);
        List<KnownNode> remembered = new ArrayList<>();
        for (NodeRecord record : disk) {
            remembered.add(KnownNode.unheard(record));
        }
        gossip.restore(remembered, cluster.now());
        settle();
    }

    /// The agent stops without a word; the disk keeps the records, and the tunnel goes on.
    public void crash() {
        cluster.note(name() + " crashes");
        disk = gossip().known().stream().map(KnownNode::record).toList();
        stop();
    }

    /// The machine stops: the tunnel has lost its peers and sessions when it comes back.
    public void lose() {
        crash();
        powered = false;
        tunnel.lose();
    }

    /// Forgets the sequence numbers it has used, as a disk restored from a backup does.
    public void forgetSequence() {
        sequence = 0;
    }

    public void leave() {
        cluster.note(name() + " leaves");
        gossip().leave(cluster.now());
        settle();
    }

    public void stop() {
        updateViews(false);
        gossip = null;
        alive.clear();
        gone.clear();
        uninstalled = new ArrayList<>();
        updateViews(true);
    }

    /// What a newcomer has from a token.
    void holdSecret(Epoch epoch) {
        epochs = List.of(epoch);
    }

    public void rotate() {
        cluster.note(name() + " rotates");
        gossip().rotate(drawn(), cluster.now());
        settle();
    }

    public void evict(MemoryNode other) {
        cluster.note(name() + " evicts " + other.name());
        gossip().evict(other.id(), other.name(), drawn(), cluster.now());
        settle();
    }

    private byte[] drawn() {
        byte[] fresh = new byte[32];
        cluster.random().nextBytes(fresh);
        return fresh;
    }

    /// The join exchange with another node, at once: with the newest secret, and where that is
    /// not known there with older ones.
    public List<JoinStep> join(MemoryNode at) {
        List<JoinStep> result = List.of();
        for (Epoch epoch : gossip().epochs()) {
            result = join(at, epoch.secret());
            boolean unknown =
                    !result.isEmpty()
                            && result.getLast() instanceof JoinStep.Failed failed
                            && failed.reason() == JoinFailure.WRONG_SECRET;
            if (!unknown) {
                break;
            }
        }
        return result;
    }

    /// The join exchange as it takes its time on the underlay, while the cluster goes on: a round
    /// trip for TCP, and a way for each turn; the real one in a cluster of any size. Not to be
    /// called from within an event.
    public List<JoinStep> joinInTime(MemoryNode at) {
        cluster.run(2 * cluster.delay());
        return exchange(at, cluster.secret(), new Turns());
    }

    /// The join exchange under one secret.
    private List<JoinStep> join(MemoryNode at, ClusterSecret secret) {
        if (!cluster.joinsReally()) {
            at.learn(List.of(new KnownNode(gossip().own(), MemberState.ALIVE, 1)));
            at.tunnel.install(this);
            learn(at.gossip().known());
            return List.of();
        }
        return exchange(at, secret, JoinPipe.Middle.honest());
    }

    private List<JoinStep> exchange(MemoryNode at, ClusterSecret secret, JoinPipe.Middle middle) {
        JoinInitiator initiator =
                new JoinInitiator(
                        at.name(),
                        Nodes.CLUSTER,
                        secret,
                        identity,
                        gossip().own(),
                        cluster.random());
        JoinResponder responder =
                new JoinResponder(
                        Nodes.CLUSTER,
                        at.gossip().epochs().stream().map(Epoch::secret).toList(),
                        at.identity,
                        at.new Port(),
                        cluster.random());
        List<JoinStep> result =
                JoinPipe.run(initiator, responder, newcomer -> at.admit(newcomer, this), middle);
        for (JoinStep step : result) {
            if (step instanceof JoinStep.Joined joined) {
                gossip().welcomed(joined, cluster.now());
                settle();
            }
            if (step instanceof JoinStep.Failed(JoinFailure reason, _, long above)
                    && reason == JoinFailure.OUTRUN) {
                publishAbove(above);
                return exchange(at, secret, middle);
            }
        }
        return result;
    }

    /// Publishes a newer record with these claims.
    public void claim(Claim... claims) {
        sequence++;
        gossip().publish(
                        NodeRecord.sign(
                                Nodes.content(name(), sequence, claims).withEpochs(tags()),
                                identity,
                                Nodes.CLUSTER),
                        cluster.now());
        settle();
    }

    public @Nullable MemberState stateOf(MemoryNode other) {
        Member member = gossip().member(other.id());
        return member == null ? null : member.state();
    }

    /// One of `nodes` that this one sees wrongly; null where there is none.
    @Nullable MemoryNode seenWrongly(List<MemoryNode> nodes) {
        for (MemoryNode other : nodes) {
            if (other != this && !isRightAbout(other)) {
                return other;
            }
        }
        return null;
    }

    void receive(MemoryNode from, byte[] bytes) {
        if (gossip != null) {
            gossip.onDatagram(from.address, bytes, cluster.now());
            settle();
        }
    }

    /// Does what the core asked for, and wakes it when it wants to be.
    void settle() {
        react();
        if (gossip == null) {
            return;
        }
        long next = Math.max(cluster.now(), gossip.nextDeadline());
        if (!tickScheduled || next < tickNanos) {
            tickScheduled = true;
            tickNanos = next;
            cluster.at(next, () -> tick(next));
        }
    }

    private void tick(long dueNanos) {
        if (!tickScheduled || tickNanos != dueNanos) {
            return; // another was set for earlier
        }
        tickScheduled = false;
        if (gossip != null) {
            gossip.onTimer(cluster.now());
            settle();
        }
    }

    private void learn(List<KnownNode> nodes) {
        gossip().learn(nodes, cluster.now());
        settle();
    }

    private void admit(KnownNode newcomer, MemoryNode from) {
        learn(List.of(newcomer));
        tunnel.install(from);
    }

    private void publishAbove(long above) {
        sequence = Math.max(sequence, above) + 1;
        gossip().publish(record(sequence), cluster.now());
    }

    private NodeRecord record(long number) {
        NodeContent content = Nodes.content(name(), number).withEpochs(tags());
        return NodeRecord.sign(content, identity, Nodes.CLUSTER);
    }

    private List<Integer> tags() {
        return epochs.stream().map(Epoch::tag).toList();
    }

    private boolean isRightAbout(MemoryNode other) {
        return other.isRunning() ? alive.get(other.index) : gone.get(other.index);
    }

    /// Takes every view that has this node on one of its ends out of the account, or into it.
    private void updateViews(boolean into) {
        for (MemoryNode other : cluster.nodes()) {
            if (other != this && other.isRunning() && !other.isRightAbout(this)) {
                cluster.viewChanged(!into);
            }
            if (other != this && isRunning() && !isRightAbout(other)) {
                cluster.viewChanged(!into);
            }
        }
    }

    private void changed(Member member) {
        MemoryNode other = cluster.at(member.address());
        if (other == null || other == this) {
            return;
        }
        boolean wasRight = isRightAbout(other);
        MemberState state = member.state();
        alive.set(other.index, state == MemberState.ALIVE);
        gone.set(other.index, state == MemberState.DEAD || state == MemberState.LEFT);
        if (wasRight != isRightAbout(other)) {
            cluster.viewChanged(!wasRight);
        }
        boolean reachable = cluster.isConnected(this, other) && cluster.isConnected(other, this);
        if (state == MemberState.DEAD && other.isRunning() && reachable) {
            cluster.diedFalsely(this, other);
        }
    }

    private void uninstalled(NodeRecord record) {
        MemoryNode other = cluster.at(NodeAddress.of(Nodes.CLUSTER, record.id()));
        if (other == null || tunnel.isInstalled(other)) {
            return;
        }
        uninstalled.add(other);
        if (!reconcileScheduled) {
            reconcileScheduled = true;
            long delay = RECONCILE_MIN + cluster.random().nextLong(RECONCILE_SPREAD);
            cluster.at(cluster.now() + delay, this::reconcile);
        }
    }

    private void reconcile() {
        reconcileScheduled = false;
        uninstalled.forEach(tunnel::install);
        uninstalled = new ArrayList<>();
    }

    /// What events asked for, outside the core's own call.
    private void react() {
        if (gossip == null) {
            return;
        }
        if (outrun > 0) {
            long above = outrun;
            outrun = 0;
            publishAbove(above);
        }
        if (rotationDue) {
            rotationDue = false;
            gossip.rotate(drawn(), cluster.now());
        }
        if (epochsChanged) {
            epochsChanged = false;
            publishAbove(0);
        }
        NodeRecord target = wanted;
        wanted = null;
        if (target != null) {
            MemoryNode other = cluster.at(NodeAddress.of(Nodes.CLUSTER, target.id()));
            if (other != null
                    && other.isRunning()
                    && cluster.isConnected(this, other)
                    && cluster.isConnected(other, this)) {
                join(other);
            }
        }
    }

    @Override
    public String toString() {
        return name();
    }

    private final class Outbox implements Gossip.Outbox {
        @Override
        public void send(NodeId to, IpAddress destination, byte[] payload) {
            MemoryNode other = cluster.at(destination);
            if (other != null && cluster.says(MemoryNode.this, payload)) {
                cluster.count(MemoryNode.this, other, payload);
                tunnel.send(other, payload);
            }
        }

        @Override
        public void on(GossipEvent event) {
            if (events.size() < MAX_EVENTS && cluster.joinsReally()) {
                events.add(event);
            }
            switch (event) {
                case GossipEvent.MemberChanged(Member member) -> {
                    changed(member);
                    if (cluster.joinsReally()) {
                        cluster.note(
                                name()
                                        + " sees "
                                        + member.record().name()
                                        + " "
                                        + member.state()
                                        + "@"
                                        + member.incarnation());
                    }
                }
                case GossipEvent.RecoveryDue(NodeRecord target) -> {
                    recoveries++;
                    wanted = recovers ? target : null;
                }
                case GossipEvent.EpochsChanged(List<Epoch> held) -> {
                    cluster.note(name() + " holds epoch " + held.getFirst().number());
                    epochs = held;
                    epochsChanged = true;
                }
                case GossipEvent.Evicted(Eviction eviction, boolean _) -> {
                    cluster.note(name() + " learns that " + eviction.name() + " is evicted");
                    evictions = gossip == null ? evictions : gossip.evictions();
                }
                case GossipEvent.Reinstated _ ->
                        evictions = gossip == null ? evictions : gossip.evictions();
                case GossipEvent.RotationDue() -> rotationDue = true;
                case GossipEvent.OwnRecordOutrun(long above, _) -> outrun = above;
                case GossipEvent.RecordChanged(NodeRecord record) -> uninstalled(record);
                case GossipEvent.BulkDue(NodeId peer, IpAddress destination) -> {
                    MemoryNode other = cluster.at(destination);
                    if (other != null && streaming.add(other)) {
                        streams++;
                        MemoryStream.open(
                                cluster, MemoryNode.this, other, () -> streaming.remove(other));
                    }
                }
                case GossipEvent.Forgotten _ -> {
                    // an agent takes the peer away here
                }
            }
        }
    }

    /// Lets the time of one way pass whenever the other side begins to speak.
    private final class Turns implements JoinPipe.Middle {
        private boolean responderSpoke = true;

        @Override
        public byte[] toResponder(byte[] bytes) {
            return pass(bytes, false);
        }

        @Override
        public byte[] toInitiator(byte[] bytes) {
            return pass(bytes, true);
        }

        private byte[] pass(byte[] bytes, boolean responderSpeaks) {
            if (responderSpoke != responderSpeaks) {
                cluster.run(cluster.delay());
            }
            responderSpoke = responderSpeaks;
            return bytes;
        }
    }

    private final class Port implements JoinResponder.Cluster {
        @Override
        public ClusterDescriptor descriptor() {
            return new ClusterDescriptor(Nodes.CLUSTER, "test", OverlayNetwork.DEFAULT, 1);
        }

        @Override
        public boolean isEvicted(NodeId id) {
            return gossip().isEvicted(id);
        }

        @Override
        public boolean isVouchedFor(NodeId id) {
            return gossip().isVouchedFor(id);
        }

        @Override
        public Epoch newest() {
            return gossip().epochs().getFirst();
        }

        @Override
        public List<Eviction> evictions() {
            return gossip().evictions();
        }

        @Override
        public List<KnownNode> known() {
            return gossip().known();
        }
    }
}
