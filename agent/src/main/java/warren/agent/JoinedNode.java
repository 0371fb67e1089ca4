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
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
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
import warren.cluster.HostPort;
import warren.cluster.JoinResponder;
import warren.cluster.JoinStep;
import warren.cluster.JoinToken;
import warren.cluster.KnownNode;
import warren.cluster.MemberState;
import warren.cluster.NodeId;
import warren.cluster.NodeRecord;
import warren.control.AddressReport;
import warren.control.AttachRequest;
import warren.control.Attachment;
import warren.control.Membership;
import warren.control.PeerStatus;
import warren.control.Problem;
import warren.control.RefusedException;
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
        gossip.learn(welcome.joined().nodes());
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
        return report.status(problems);
    }

    private List<String> clones() {
        try {
            return Mistaken.cloned(gossip.clones(), gossip.view());
        } catch (IOException e) {
            return List.of("gossip does not answer: " + e.getMessage());
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
                new JoinToken(node.cluster().id(), node.secrets().getFirst(), some).encode());
    }

    private static List<HostPort> joinAddresses(NodeRecord record) {
        int port = record.content().joinPort();
        return record.content().endpoints().stream()
                .map(endpoint -> new HostPort(endpoint.host(), port))
                .toList();
    }

    private JoinResponder responder() {
        return new JoinResponder(
                node.cluster().id(), node.secrets(), node.identity(), new ClusterPort(), random);
    }

    /// What a join exchange may know of us.
    private final class ClusterPort implements JoinResponder.Cluster {
        @Override
        public ClusterDescriptor descriptor() {
            return node.cluster();
        }

        @Override
        public boolean isEvicted(NodeId id) {
            return false;
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
            JoinDialer dialer =
                    new JoinDialer(
                            node.cluster().id(),
                            node.secrets().getFirst(),
                            node.identity(),
                            random);
            JoinDialer.Welcome welcome = dialer.join(seeds, gossip::recordAbove);
            JoinStep.Joined joined = welcome.joined();
            LOG.log(
                    Level.INFO,
                    "recovered through a member name={0} nodes={1}",
                    joined.responder().name(),
                    joined.nodes().size());
            welcome(welcome);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "recovery found nobody reason={0}", e.getMessage());
        } finally {
            recovering.set(false);
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
