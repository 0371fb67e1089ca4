// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import warren.agent.container.Container;
import warren.agent.container.Containers;
import warren.agent.container.VethPlug;
import warren.agent.kernel.NetlinkKernel;
import warren.agent.member.GossipLoop;
import warren.agent.member.JoinDialer;
import warren.agent.member.JoinListener;
import warren.agent.member.MemberListener;
import warren.agent.store.NodeFiles;
import warren.agent.store.SavedNode;
import warren.agent.tunnel.Tunnel;
import warren.cluster.ClusterDescriptor;
import warren.cluster.ClusterSecret;
import warren.cluster.Epoch;
import warren.cluster.Eviction;
import warren.cluster.HostPort;
import warren.cluster.JoinFailure;
import warren.cluster.JoinResponder;
import warren.cluster.JoinStep;
import warren.cluster.JoinToken;
import warren.cluster.KnownNode;
import warren.cluster.Member;
import warren.cluster.MemberState;
import warren.cluster.NodeId;
import warren.cluster.NodeRecord;
import warren.control.AddressReport;
import warren.control.AttachRequest;
import warren.control.Attachment;
import warren.control.EvictedNode;
import warren.control.Membership;
import warren.control.PeerStatus;
import warren.control.Problem;
import warren.control.RefusedException;
import warren.control.SecretStatus;
import warren.control.Status;
import warren.control.Token;
import warren.linux.route.NetworkMonitor;
import warren.tunnel.DeviceState;
import warren.wireguard.IpAddress;
import warren.wireguard.PrivateKey;

/// A node that belongs to a cluster, running: its two loops, the join listener, the kernel monitor.
/// Public methods are called from any thread.
final class JoinedNode implements AutoCloseable {
    private static final Logger LOG = System.getLogger(JoinedNode.class.getName());

    /// How long a node that leaves goes on gossiping: word of it is repeated five times a second,
    /// to three others each.
    private static final long FAREWELL_MILLIS = 2000;

    private static final String REJOIN =
            "`warren leave --force` and `warren join -` make it a member anew";

    /// What the reconciler works with.
    record Parts(AgentConfig config, SavedNode node, NetlinkKernel kernel, Containers containers) {}

    private final SavedNode node;
    private final SecureRandom random;
    private final NetlinkKernel kernel;
    private final VethPlug plug;
    private final TunnelStep tunnel;
    private final GossipLoop gossip;
    private final Reconciler reconciler;
    private final StatusReport report;
    private final AtomicBoolean recovering = new AtomicBoolean();
    private final ClockWatch clock;

    private @Nullable JoinListener joins;
    private @Nullable NetworkMonitor monitor;

    /// Why the cluster does not take this node back; null where it does.
    private volatile @Nullable String outcast;

    private JoinedNode(
            AgentConfig config, SavedNode node, NodeFiles files, Tunnel device, SecureRandom random)
            throws IOException {
        this.node = node;
        this.random = random;
        this.kernel = NetlinkKernel.open();
        this.plug = VethPlug.open();
        Containers containers =
                new Containers(
                        files.directory(),
                        plug,
                        node.cluster().id(),
                        node.cluster().network(),
                        node.identity().id(),
                        random);
        this.tunnel =
                new TunnelStep(
                        device,
                        kernel,
                        node.tunnelKey(),
                        config.tunnelPort(),
                        new TunnelKeys(node.identity(), node.secrets().getFirst()));
        this.gossip = new GossipLoop(node, files, config.gossipPort(), new Listener(), random);
        this.reconciler =
                new Reconciler(new Parts(config, node, kernel, containers), tunnel, gossip);
        this.clock =
                new ClockWatch(InstantSource.system(), files, gossip, this::useTunnelKey, random);
        this.report = new StatusReport(node, gossip, reconciler, tunnel.kind());
    }

    /// Runs a node whose files are written.
    static JoinedNode start(
            AgentConfig config, SavedNode node, NodeFiles files, Tunnel device, SecureRandom random)
            throws IOException {
        JoinedNode joined = new JoinedNode(config, node, files, device, random);
        try {
            joined.joins =
                    JoinListener.start(
                            config.joinPort(),
                            joined::responder,
                            joined.new Listener(),
                            joined.gossip);
            joined.monitor =
                    NetworkMonitor.open(
                            EnumSet.of(
                                    NetworkMonitor.Topic.LINKS,
                                    NetworkMonitor.Topic.ADDRESSES,
                                    NetworkMonitor.Topic.ROUTES,
                                    NetworkMonitor.Topic.RULES));
        } catch (IOException e) {
            joined.close();
            throw e;
        }
        joined.gossip.start();
        joined.reconciler.start();
        NetworkMonitor events = joined.monitor;
        Thread.ofPlatform().name("kernel-events").daemon(true).start(() -> joined.watch(events));
        return joined;
    }

    private void watch(NetworkMonitor events) {
        try {
            while (events.receive() != null) {
                reconciler.wake();
            }
        } catch (IOException e) {
            LOG.log(
                    Level.WARNING,
                    "kernel events ended, passes go on every few seconds reason={0}",
                    e.getMessage());
        }
    }

    /// Stops everything and leaves tunnel, routes and containers as they are.
    @Override
    public void close() throws IOException {
        try {
            if (joins != null) {
                joins.close();
            }
            if (monitor != null) {
                monitor.close();
            }
            reconciler.stop();
            gossip.stop();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        plug.close();
        kernel.close();
    }

    /// An earlier agent of this node started at that second.
    void startedBefore(long epochSeconds) {
        clock.startedAt(epochSeconds);
    }

    private void useTunnelKey(PrivateKey key) throws IOException {
        reconciler.ask(
                () -> {
                    tunnel.useKey(key);
                    return true;
                });
        reconciler.passNow();
    }

    Membership membership() {
        return report.membership();
    }

    /// Waits until the node is as it should be, for an answer that can be relied on.
    void settle() throws IOException {
        reconciler.passNow();
    }

    /// Takes in what the join exchange brought, before the first pass.
    void welcome(JoinDialer.Welcome welcome) throws IOException {
        tunnel.observed(welcome.joined().responder().id(), welcome.responder());
        gossip.welcomed(welcome.joined());
        reconciler.passNow();
    }

    Status status() {
        List<String> problems = new ArrayList<>(reconciler.problems());
        String deafness = gossip.deafness();
        if (problems.isEmpty() && deafness != null) {
            problems.add("gossip does not listen on the node address: " + deafness);
        }
        String behind = clock.problem();
        if (behind != null) {
            problems.add(behind);
        }
        problems.addAll(Mistaken.doubled(gossip.view()));
        problems.addAll(clones());
        Eviction own = gossip.standing().ownEviction();
        String out =
                own == null
                        ? outcast
                        : "this node was evicted by " + nameOf(own.author().id()) + "; " + REJOIN;
        if (out != null) {
            problems.add(out);
        }
        return report.status(problems);
    }

    private List<String> clones() {
        try {
            return Mistaken.cloned(gossip.clones(), gossip.view());
        } catch (IOException e) {
            return List.of("gossip does not answer: " + e.getMessage());
        }
    }

    private String nameOf(NodeId id) {
        return gossip.view().members().stream()
                .filter(member -> member.id().equals(id))
                .map(member -> member.record().name())
                .findFirst()
                .orElse(id.toString());
    }

    SecretStatus secret() {
        return report.secret();
    }

    SecretStatus rotate() throws IOException {
        gossip.rotate();
        return report.secret();
    }

    EvictedNode evict(String wanted) throws IOException {
        Member member = NamedNodes.find(wanted, gossip.view());
        gossip.evict(member.id(), member.record().name());
        reconciler.passNow();
        return new EvictedNode(member.record().name(), member.id().toString());
    }

    /// Says farewell, and takes down what this node has in the kernel. The caller closes it, and
    /// ends the membership on disk.
    void leave(boolean force) throws IOException {
        List<Container> attached = reconciler.attached();
        if (!attached.isEmpty() && !force) {
            throw new RefusedException(
                    new Problem(
                            attached.size() + " containers are attached to this node",
                            "detach them first, or leave with --force"));
        }
        for (Container container : attached) {
            reconciler.detach(container.name());
        }
        gossip.leave();
        try {
            TimeUnit.MILLISECONDS.sleep(FAREWELL_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    List<PeerStatus> peers() {
        DeviceState device = device();
        try {
            return report.peers(device, Instant.now());
        } finally {
            TunnelStep.wipe(device);
        }
    }

    AddressReport addresses() {
        return AddressTable.of(node.cluster(), gossip.view(), reconciler.addressUse());
    }

    /// What the tunnel says; nothing of any peer while it does not run.
    private DeviceState device() {
        try {
            return reconciler.device();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "tunnel does not answer reason={0}", e.getMessage());
            return new DeviceState(null, 0, 0, List.of());
        }
    }

    Attachment attach(AttachRequest request) throws IOException {
        return reconciler.attach(request);
    }

    void detach(String name) throws IOException {
        reconciler.detach(name);
    }

    /// The token: own endpoints first, then a few of other members, so that one dead seed is no
    /// dead token.
    Token token() throws IOException {
        Set<HostPort> seeds = new LinkedHashSet<>(joinAddresses(gossip.view().own()));
        gossip.view().members().stream()
                .filter(member -> member.state() == MemberState.ALIVE)
                .forEach(member -> seeds.addAll(joinAddresses(member.record())));
        if (seeds.isEmpty()) {
            throw new RefusedException(
                    new Problem(
                            "this node has no address that others could reach",
                            "give it one, or init with --endpoint HOST"));
        }
        List<HostPort> some = seeds.stream().limit(JoinToken.MAX_SEEDS).toList();
        return new Token(
                new JoinToken(node.cluster().id(), gossip.standing().newest().secret(), some)
                        .encode());
    }

    private static List<HostPort> joinAddresses(NodeRecord record) {
        int port = record.content().joinPort();
        return record.content().endpoints().stream()
                .map(endpoint -> new HostPort(endpoint.host(), port))
                .toList();
    }

    private JoinResponder responder() {
        return new JoinResponder(
                node.cluster().id(),
                gossip.standing().secrets(),
                node.identity(),
                new ClusterPort(),
                random);
    }

    /// What a join exchange may know of us.
    private final class ClusterPort implements JoinResponder.Cluster {
        @Override
        public ClusterDescriptor descriptor() {
            ClusterDescriptor made = node.cluster();
            int epoch = gossip.standing().newest().number();
            return new ClusterDescriptor(made.id(), made.name(), made.network(), epoch);
        }

        @Override
        public boolean isEvicted(NodeId id) {
            return gossip.standing().evictions().stream()
                    .anyMatch(eviction -> eviction.evicted().equals(id));
        }

        @Override
        public boolean isVouchedFor(NodeId id) {
            try {
                return gossip.isVouchedFor(id);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Epoch newest() {
            return gossip.standing().newest();
        }

        @Override
        public List<Eviction> evictions() {
            return gossip.standing().evictions();
        }

        @Override
        public List<KnownNode> known() {
            try {
                return gossip.known();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private final class Listener implements MemberListener {
        @Override
        public void membersChanged() {
            reconciler.wake();
        }

        @Override
        public void foreignRecord(long instance) {
            clock.foreign(instance);
        }

        @Override
        public void recoveryDue(@Nullable NodeRecord target) {
            if (recovering.compareAndSet(false, true)) {
                // Resolving names blocks its thread, and may take long.
                Thread.ofPlatform().name("recovery").daemon(true).start(() -> recover(target));
            }
        }

        @Override
        public void installed(NodeId newcomer, IpAddress source) throws IOException {
            tunnel.observed(newcomer, source);
            reconciler.passNow();
        }
    }

    /// How many addresses one attempt tries, 3 s each where nothing answers. Others follow in the
    /// next, for ever.
    private static final int RECOVERY_ADDRESSES = 8;

    /// One join exchange on the underlay with somebody who may know more than we.
    private void recover(@Nullable NodeRecord target) {
        try {
            List<HostPort> seeds = new ArrayList<>(recoverySeeds(target));
            if (seeds.isEmpty()) {
                return;
            }
            Collections.shuffle(seeds, random);
            seeds = seeds.subList(0, Math.min(RECOVERY_ADDRESSES, seeds.size()));
            JoinDialer.Welcome welcome = rejoin(seeds);
            outcast = null;
            JoinStep.Joined joined = welcome.joined();
            LOG.log(
                    Level.INFO,
                    "recovered through a member name={0} nodes={1}",
                    joined.responder().name(),
                    joined.nodes().size());
            welcome(welcome);
        } catch (JoinDialer.NotJoinedException e) {
            refused(e);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "recovery found nobody reason={0}", e.getMessage());
        } finally {
            recovering.set(false);
        }
    }

    /// With the newest secret, and where members do not know that (yet), with those before it.
    private JoinDialer.Welcome rejoin(List<HostPort> seeds) throws IOException {
        List<ClusterSecret> secrets = gossip.standing().secrets();
        for (ClusterSecret secret : secrets.subList(0, secrets.size() - 1)) {
            try {
                return dialer(secret).join(seeds, gossip::recordAbove);
            } catch (JoinDialer.NotJoinedException e) {
                if (e.reason() != JoinFailure.WRONG_SECRET) {
                    throw e;
                }
            }
        }
        return dialer(secrets.getLast()).join(seeds, gossip::recordAbove);
    }

    private JoinDialer dialer(ClusterSecret secret) {
        return new JoinDialer(node.cluster().id(), secret, node.identity(), random);
    }

    private void refused(JoinDialer.NotJoinedException e) {
        LOG.log(Level.DEBUG, "recovery found nobody reason={0}", e.getMessage());
        if (e.reason() == JoinFailure.EVICTED) {
            outcast = "this node was evicted from the cluster; " + REJOIN;
        } else if (e.reason() == JoinFailure.OUTDATED) {
            outcast =
                    "the cluster changed its secret and does not know this node from before; "
                            + REJOIN;
        } else if (e.reason() == JoinFailure.WRONG_SECRET) {
            outcast =
                    "a member refuses this node's secret; where the cluster has changed it more"
                            + " than twice meanwhile, "
                            + REJOIN;
        }
    }

    private Set<HostPort> recoverySeeds(@Nullable NodeRecord target) {
        if (target != null) {
            return new LinkedHashSet<>(joinAddresses(target));
        }
        Set<HostPort> seeds = new LinkedHashSet<>(node.settings().seeds());
        gossip.view().members().stream()
                .filter(member -> member.state() != MemberState.LEFT)
                .forEach(member -> seeds.addAll(joinAddresses(member.record())));
        seeds.removeAll(joinAddresses(gossip.view().own()));
        return seeds;
    }
}
