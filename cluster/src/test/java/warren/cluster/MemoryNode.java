// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import warren.wireguard.IpAddress;

/// One node of a [MemoryCluster]: what an agent does around the gossip core and the join
/// exchange.
public final class MemoryNode {
    private final MemoryCluster cluster;
    private final String name;
    private final Identity identity;
    private final IpAddress address;
    private final List<GossipEvent> events = new ArrayList<>();
    private @Nullable Gossip gossip;
    private long sequence;
    private boolean recovers = true;
    private int recoveries;

    /// What events asked for and [#react] does.
    private long outrun;

    private @Nullable NodeRecord wanted;

    /// What the disk of a stopped node holds.
    private List<NodeRecord> disk = List.of();

    MemoryNode(MemoryCluster cluster, String name, Identity identity) {
        this.cluster = cluster;
        this.name = name;
        this.identity = identity;
        this.address = NodeAddress.of(Nodes.CLUSTER, identity.id());
    }

    public String name() {
        return name;
    }

    public NodeId id() {
        return identity.id();
    }

    public IpAddress address() {
        return address;
    }

    public Gossip gossip() {
        if (gossip == null) {
            throw new IllegalStateException(name + " does not run");
        }
        return gossip;
    }

    public boolean isRunning() {
        return gossip != null;
    }

    public List<GossipEvent> events() {
        return events;
    }

    public int recoveries() {
        return recoveries;
    }

    /// Whether it acts on [GossipEvent.RecoveryDue].
    public void recovers(boolean does) {
        recovers = does;
    }

    public void start() {
        cluster.trace(name + " starts");
        sequence++;
        NodeRecord own = record(sequence);
        gossip =
                new Gossip(
                        Nodes.CLUSTER,
                        identity,
                        own,
                        List.of(cluster.secret()),
                        new Outbox(),
                        new Random(cluster.random().nextLong()),
                        cluster.now(),
                        new RecordStore(RecordStore.MAX_RECORDS, cluster::isGenuine));
        List<KnownNode> remembered = new ArrayList<>();
        for (NodeRecord record : disk) {
            remembered.add(KnownNode.unheard(record));
        }
        gossip.learn(remembered, cluster.now());
    }

    /// Stops without a word; the disk keeps the records.
    public void crash() {
        cluster.trace(name + " crashes");
        disk = gossip().known().stream().map(KnownNode::record).toList();
        gossip = null;
    }

    /// Forgets the sequence numbers it has used, as a disk restored from a backup does.
    public void forgetSequence() {
        sequence = 0;
    }

    public void leave() {
        cluster.trace(name + " leaves");
        gossip().leave(cluster.now());
    }

    public void stop() {
        gossip = null;
    }

    /// The join exchange with another node, at once.
    public List<JoinStep> join(MemoryNode at) {
        JoinInitiator initiator =
                new JoinInitiator(
                        at.name,
                        Nodes.CLUSTER,
                        cluster.secret(),
                        identity,
                        gossip().own(),
                        cluster.random());
        JoinResponder responder =
                new JoinResponder(
                        Nodes.CLUSTER,
                        List.of(cluster.secret()),
                        at.identity,
                        at.new Port(),
                        cluster.random());
        List<JoinStep> result =
                JoinPipe.run(
                        initiator,
                        responder,
                        newcomer -> at.gossip().learn(List.of(newcomer), cluster.now()));
        for (JoinStep step : result) {
            if (step instanceof JoinStep.Joined(_, _, List<KnownNode> nodes)) {
                gossip().learn(nodes, cluster.now());
            }
            if (step instanceof JoinStep.Failed(JoinFailure reason, _, long above)
                    && reason == JoinFailure.OUTRUN) {
                publishAbove(above);
                return join(at);
            }
        }
        return result;
    }

    /// Publishes a newer record with these claims.
    public void claim(Claim... claims) {
        sequence++;
        gossip().publish(
                        NodeRecord.sign(
                                Nodes.content(name, sequence, claims), identity, Nodes.CLUSTER),
                        cluster.now());
    }

    public @Nullable MemberState stateOf(MemoryNode other) {
        Member member = gossip().member(other.id());
        return member == null ? null : member.state();
    }

    boolean seesAll(List<MemoryNode> nodes) {
        for (MemoryNode other : nodes) {
            MemberState state = other == this ? MemberState.ALIVE : stateOf(other);
            boolean right =
                    other.isRunning()
                            ? state == MemberState.ALIVE
                            : state == MemberState.DEAD || state == MemberState.LEFT;
            if (!right) {
                return false;
            }
        }
        return true;
    }

    long nextDeadline(long otherwise) {
        return gossip == null ? otherwise : gossip.nextDeadline();
    }

    void tick() {
        if (gossip != null && gossip.nextDeadline() <= cluster.now()) {
            gossip.onTimer(cluster.now());
            react();
        }
    }

    void receive(IpAddress from, byte[] bytes) {
        if (gossip != null) {
            gossip.onDatagram(from, bytes, cluster.now());
            react();
        }
    }

    private void publishAbove(long above) {
        sequence = Math.max(sequence, above) + 1;
        gossip().publish(record(sequence), cluster.now());
    }

    private NodeRecord record(long number) {
        return NodeRecord.sign(Nodes.content(name, number), identity, Nodes.CLUSTER);
    }

    @Override
    public String toString() {
        return name;
    }

    private final class Outbox implements Gossip.Outbox {
        @Override
        public void send(NodeId to, IpAddress destination, byte[] payload) {
            cluster.send(MemoryNode.this, destination, payload);
        }

        @Override
        public void on(GossipEvent event) {
            events.add(event);
            switch (event) {
                case GossipEvent.MemberChanged(Member member) ->
                        cluster.trace(
                                name
                                        + " sees "
                                        + member.record().name()
                                        + " "
                                        + member.state()
                                        + "@"
                                        + member.incarnation());
                case GossipEvent.RecoveryDue(NodeRecord target) -> {
                    recoveries++;
                    pending(target);
                }
                case GossipEvent.OwnRecordOutrun(long above, _) -> outrun = above;
                case GossipEvent.RecordChanged _,
                        GossipEvent.Forgotten _,
                        GossipEvent.BulkDue _ -> {
                    // an agent adjusts its peers here
                }
            }
        }
    }

    private void pending(@Nullable NodeRecord target) {
        if (recovers) {
            wanted = target;
        }
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
        NodeRecord target = wanted;
        wanted = null;
        if (target != null) {
            for (MemoryNode other : cluster.nodes()) {
                if (other.id().equals(target.id())
                        && other.isRunning()
                        && cluster.isConnected(this, other)
                        && cluster.isConnected(other, this)) {
                    join(other);
                }
            }
        }
    }

    private final class Port implements JoinResponder.Cluster {
        @Override
        public ClusterDescriptor descriptor() {
            return new ClusterDescriptor(Nodes.CLUSTER, "test", OverlayNetwork.DEFAULT, 1);
        }

        @Override
        public boolean isEvicted(NodeId id) {
            return false;
        }

        @Override
        public List<KnownNode> known() {
            return gossip().known();
        }
    }
}
