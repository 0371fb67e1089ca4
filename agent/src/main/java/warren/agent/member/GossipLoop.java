// SPDX-License-Identifier: Apache-2.0
package warren.agent.member;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import warren.agent.loop.Loop;
import warren.agent.store.NodeFiles;
import warren.agent.store.SavedNode;
import warren.cluster.BulkSync;
import warren.cluster.ClusterSecret;
import warren.cluster.Epoch;
import warren.cluster.Eviction;
import warren.cluster.Gossip;
import warren.cluster.GossipEvent;
import warren.cluster.JoinStep;
import warren.cluster.KnownNode;
import warren.cluster.Member;
import warren.cluster.NodeAddress;
import warren.cluster.NodeContent;
import warren.cluster.NodeId;
import warren.cluster.NodeRecord;
import warren.wireguard.IpAddress;

/// The thread `gossip`: owns the gossip core, its socket, this node's record and the records file.
/// Public methods are called from any thread.
public final class GossipLoop {
    private static final Logger LOG = System.getLogger(GossipLoop.class.getName());

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// How long news of others may stay unsaved. Losing them costs one anti-entropy round.
    private static final long SAVE_AFTER_NANOS = TimeUnit.SECONDS.toNanos(5);

    /// After how many newer records of ours that we did not sign a clone is reported.
    private static final int CLONE_AFTER = 3;

    /// After two where this lies between them: members agree on what an earlier life of ours has
    /// said within seconds, and a clone is outrun by us before it answers. With WireGuard's 15 s
    /// until a peer that has lost its session to the other calls again, a third takes a minute.
    private static final long CLONE_APART_NANOS = TimeUnit.SECONDS.toNanos(5);

    /// How far a member may say that its record of ours is ahead: it need not prove it, and a
    /// number
    /// that cannot be counted on from would silence this node for ever.
    private static final long BELIEVED_AHEAD = 1L << 32;

    /// How soon binding is tried again where the node address is not there yet.
    private static final long REBIND_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    // Set at construction.
    private final Loop loop = new Loop("gossip", this::duty);
    private final SavedNode node;
    private final NodeFiles files;
    private final MemberListener listener;
    private final int port;
    private final IpAddress address;
    private final RandomGenerator random;

    // Owned by the loop.
    private final Gossip gossip;
    private final BulkStreams bulk = new BulkStreams(new Streams(), BulkStream.Limits.STANDARD);
    private NodeRecord own;
    private final Clones clones = new Clones();
    private @Nullable GossipSocket socket;
    private int foreignInstances;
    private long firstForeignNanos;
    private long outrunBySequence;
    private boolean viewOutdated;
    private boolean unsaved;
    private boolean standingUnsaved;
    private long saveAtNanos;

    // Published to all.
    private volatile MembersView view;
    private volatile Standing standing;
    private volatile @Nullable String deafness = "not bound yet";

    /// @param node as loaded or just made; its own record must have been saved
    public GossipLoop(
            SavedNode node,
            NodeFiles files,
            int port,
            MemberListener listener,
            RandomGenerator random) {
        this.node = node;
        this.files = files;
        this.port = port;
        this.listener = listener;
        this.own = node.own();
        this.address = NodeAddress.of(node.cluster().id(), node.identity().id());
        this.view = new MembersView(own, List.of());
        this.random = random;
        this.standing =
                new Standing(
                        node.secrets().stream().map(secret -> new Epoch(secret, null)).toList(),
                        List.of(),
                        null);
        this.gossip =
                new Gossip(
                        node.cluster().id(),
                        node.identity(),
                        own,
                        node.secrets(),
                        new Port(),
                        random,
                        System.nanoTime());
    }

    /// When this returns the view has every node known from disk: whoever acted on an empty one
    /// would take all peers from a tunnel that carries traffic. Called once, by the thread that
    /// made
    /// this object.
    public void start() throws IOException {
        gossip.resume(files.epochs(), files.evictions());
        updateStanding();
        gossip.restore(node.others(), System.nanoTime());
        view = new MembersView(own, gossip.members());
        loop.start();
        // Saved, but not yet announced where the agent ended in between.
        publish(content -> content.withEpochs(standing.tags()));
    }

    /// Saves what is unsaved and stops; nothing where it was not started.
    public void stop() throws InterruptedException {
        if (!loop.isRunning()) {
            return;
        }
        try {
            loop.call(
                    () -> {
                        save();
                        closeSocket();
                        return true;
                    },
                    PATIENCE);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "records not saved reason={0}", e.getMessage());
        }
        loop.stop(PATIENCE);
    }

    public MembersView view() {
        return view;
    }

    /// Nodes whose identity two machines use, this one's perhaps among them.
    public Set<NodeId> clones() throws IOException {
        return loop.call(() -> clones.present(System.nanoTime()), PATIENCE);
    }

    /// Which secrets hold and who is evicted.
    public Standing standing() {
        return standing;
    }

    /// Draws a new secret. It is saved when this returns, and announced right after.
    public void rotate() throws IOException {
        loop.call(() -> draw(fresh -> gossip.rotate(fresh, System.nanoTime())), PATIENCE);
    }

    /// Evicts a node and draws a new secret, which it will not know.
    public void evict(NodeId id, String name) throws IOException {
        loop.call(() -> draw(fresh -> gossip.evict(id, name, fresh, System.nanoTime())), PATIENCE);
    }

    /// Tells the others that this node leaves; the loop has to run for a moment so that they hear
    /// of it.
    public void leave() throws IOException {
        loop.call(
                () -> {
                    gossip.leave(System.nanoTime());
                    reschedule();
                    return true;
                },
                PATIENCE);
    }

    public boolean isVouchedFor(NodeId id) throws IOException {
        return loop.call(() -> gossip.isVouchedFor(id), PATIENCE);
    }

    /// Why the gossip socket is not open; null where it is.
    public @Nullable String deafness() {
        return deafness;
    }

    public List<KnownNode> known() throws IOException {
        return loop.call(gossip::known, PATIENCE);
    }

    /// Takes in what a join exchange brought.
    public void learn(List<KnownNode> nodes) throws IOException {
        loop.call(
                () -> {
                    gossip.learn(nodes, System.nanoTime());
                    publishView();
                    save();
                    return true;
                },
                PATIENCE);
    }

    /// Takes in what the answer to our join brought.
    public void welcomed(JoinStep.Joined joined) throws IOException {
        loop.call(
                () -> {
                    gossip.welcomed(joined, System.nanoTime());
                    publishView();
                    save();
                    return true;
                },
                PATIENCE);
    }

    private boolean draw(Consumer<byte[]> use) throws IOException {
        byte[] fresh = new byte[ClusterSecret.LENGTH];
        random.nextBytes(fresh);
        try {
            use.accept(fresh);
        } finally {
            Arrays.fill(fresh, (byte) 0);
        }
        if (standingUnsaved) {
            saveStanding();
        }
        reschedule();
        return true;
    }

    private void updateStanding() {
        standing = Standing.of(gossip.epochs(), gossip.evictions(), node.identity().key());
    }

    /// Only what is on disk is announced: a node that forgot a secret it announced would be out
    /// of reach for its peers.
    private void saveStanding() throws IOException {
        files.saveEvictions(gossip.evictions());
        files.saveEpochs(node.cluster().id(), gossip.epochs());
        standingUnsaved = false;
        updateStanding();
        publishNow(content -> content.withEpochs(standing.tags()), 0);
        publishView();
    }

    /// Publishes a newer record where `change` changes anything. The record is on disk before it is
    /// on the wire, so that a sequence number is never used twice.
    public void publish(UnaryOperator<NodeContent> change) {
        loop.offer(() -> publishNow(change, 0));
    }

    /// This node's record with a sequence number above `sequence`; publishes one where need be.
    public NodeRecord recordAbove(long sequence) throws IOException {
        return loop.call(
                () -> {
                    if (sequence - own.sequence() > BELIEVED_AHEAD) {
                        throw new IOException("a member claims record #" + sequence + " of ours");
                    }
                    if (own.sequence() <= sequence) {
                        publishNow(content -> content, sequence);
                    }
                    return own;
                },
                PATIENCE);
    }

    private long duty(long nowNanos) throws IOException {
        long next = gossip.onTimer(nowNanos);
        if (socket == null || !socket.isOpen()) {
            next = earlier(next, openSocket(nowNanos));
        }
        if (standingUnsaved) {
            saveStanding();
        }
        if (viewOutdated) { // its own task found no room in the queue
            publishView();
        }
        if (unsaved && saveAtNanos - nowNanos <= 0) {
            saveAtNanos = nowNanos + SAVE_AFTER_NANOS;
            save();
        }
        return unsaved ? earlier(next, saveAtNanos) : next;
    }

    private static long earlier(long one, long other) {
        return one - other < 0 ? one : other;
    }

    private long openSocket(long nowNanos) {
        try {
            socket = GossipSocket.open(address, port, this::onDatagram);
            deafness = null;
            listenForBulk();
        } catch (IOException e) {
            deafness = e.getMessage();
        }
        return nowNanos + REBIND_NANOS;
    }

    /// Without it, datagrams mend what streams would, more slowly.
    private void listenForBulk() {
        try {
            bulk.listen(new InetSocketAddress(address.toInetAddress(), port));
        } catch (IOException e) {
            LOG.log(Level.WARNING, "no bulk streams here reason={0}", e.getMessage());
        }
    }

    private void openBulk(NodeId peer, IpAddress at) {
        BulkSync sync = gossip.startBulk(peer);
        if (sync != null) {
            bulk.open(
                    sync, address.toInetAddress(), new InetSocketAddress(at.toInetAddress(), port));
        }
    }

    private void closeSocket() throws IOException {
        bulk.close();
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }

    private void onDatagram(IpAddress from, byte[] payload) {
        loop.offer(
                () -> {
                    gossip.onDatagram(from, payload, System.nanoTime());
                    reschedule();
                });
    }

    /// What was just done may have moved the core's next deadline to an earlier time.
    private void reschedule() {
        loop.dueBy(gossip.nextDeadline());
    }

    private void publishNow(UnaryOperator<NodeContent> change, long above) throws IOException {
        NodeContent content = change.apply(own.content());
        if (content.equals(own.content()) && above < own.sequence()) {
            return;
        }
        long sequence = Math.max(own.sequence(), above) + 1;
        NodeRecord next =
                NodeRecord.sign(
                        content.withSequence(sequence), node.identity(), node.cluster().id());
        save(next);
        own = next;
        gossip.publish(own, System.nanoTime());
        publishView();
    }

    private void publishOutdated() {
        if (viewOutdated) {
            publishView();
        }
    }

    private void publishView() {
        view = new MembersView(own, gossip.members());
        viewOutdated = false;
        listener.membersChanged();
        reschedule();
        if (unsaved) {
            loop.dueBy(saveAtNanos);
        }
    }

    private void save() throws IOException {
        save(own);
    }

    private void save(NodeRecord record) throws IOException {
        files.saveRecords(
                node.cluster(),
                record,
                gossip.known().stream()
                        .filter(each -> !each.record().id().equals(record.id()))
                        .toList());
        unsaved = false;
    }

    /// What bulk streams want of the core.
    private final class Streams implements BulkStreams.Protocol {
        @Override
        public <T> T onLoop(BulkStream.Step<T> step) throws IOException {
            return loop.call(step::run, PATIENCE);
        }

        @Override
        public @Nullable BulkSync accept(IpAddress from) {
            return gossip.acceptBulk(from);
        }
    }

    /// What the core wants done; called on the loop.
    private final class Port implements Gossip.Outbox {
        @Override
        public void send(NodeId to, IpAddress toAddress, byte[] payload) {
            GossipSocket open = socket;
            if (open != null) {
                open.send(toAddress, payload);
            }
        }

        @Override
        public void on(GossipEvent event) {
            switch (event) {
                case GossipEvent.MemberChanged(Member member) -> {
                    LOG.log(
                            Level.INFO,
                            "member changed name={0} id={1} state={2}",
                            member.record().name(),
                            member.id(),
                            member.state());
                    changed();
                }
                case GossipEvent.RecordChanged(NodeRecord record) -> {
                    clones.heard(record.id(), record.content().instance(), System.nanoTime());
                    changed();
                }
                case GossipEvent.Forgotten(NodeId id) -> {
                    clones.forget(id);
                    changed();
                }
                case GossipEvent.EpochsChanged(List<Epoch> epochs) -> {
                    LOG.log(
                            Level.INFO,
                            "cluster secret changed epoch={0}",
                            Integer.toString(epochs.getFirst().number()));
                    standingChanged();
                }
                case GossipEvent.Evicted(Eviction eviction, boolean self) -> {
                    LOG.log(
                            self ? Level.WARNING : Level.INFO,
                            "node evicted name={0} id={1} by={2}",
                            eviction.name(),
                            eviction.evicted(),
                            eviction.author().id());
                    standingChanged();
                    changed();
                }
                case GossipEvent.Reinstated(NodeId id) -> {
                    LOG.log(Level.WARNING, "an eviction did not hold id={0}", id);
                    standingChanged();
                    changed();
                }
                case GossipEvent.RotationDue() ->
                        loop.offer(() -> draw(fresh -> gossip.rotate(fresh, System.nanoTime())));
                case GossipEvent.OwnRecordOutrun(long sequence, long instance) -> {
                    outrun(sequence, instance);
                    loop.offer(() -> publishNow(content -> content, sequence));
                }
                case GossipEvent.BulkDue(NodeId peer, IpAddress at) ->
                        loop.offer(() -> openBulk(peer, at));
                case GossipEvent.RecoveryDue(NodeRecord target) -> listener.recoveryDue(target);
            }
        }

        /// Once is a start from old state, however many members tell of it; one newer record after
        /// the other is a second node with our identity.
        private void outrun(long sequence, long instance) {
            boolean foreign = instance != own.content().instance();
            boolean news = sequence > outrunBySequence;
            outrunBySequence = Math.max(outrunBySequence, sequence);
            if (!foreign || !news) {
                return;
            }
            listener.foreignRecord(instance);
            long now = System.nanoTime();
            firstForeignNanos = foreignInstances == 0 ? now : firstForeignNanos;
            foreignInstances++;
            boolean apart = now - firstForeignNanos >= CLONE_APART_NANOS;
            if (foreignInstances >= CLONE_AFTER || (foreignInstances > 1 && apart)) {
                clones.found(own.id(), now);
            }
        }

        /// The event comes from within a call that is not finished: saved right after it.
        private void standingChanged() {
            if (!standingUnsaved) {
                standingUnsaved = true;
                loop.offer(
                        () -> {
                            if (standingUnsaved) {
                                saveStanding();
                            }
                        });
            }
        }

        private void changed() {
            if (!unsaved) {
                unsaved = true;
                saveAtNanos = System.nanoTime() + SAVE_AFTER_NANOS;
            }
            // The event may come from within a call that is not finished: look afterwards, once.
            if (!viewOutdated) {
                viewOutdated = true;
                loop.offer(GossipLoop.this::publishOutdated);
            }
        }
    }
}
