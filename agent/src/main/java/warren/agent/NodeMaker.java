// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import warren.agent.kernel.Change;
import warren.agent.kernel.Kernel;
import warren.agent.kernel.NodeNetwork;
import warren.agent.kernel.Snapshot;
import warren.agent.kernel.Underlay;
import warren.agent.member.JoinDialer;
import warren.agent.store.NodeFiles;
import warren.agent.store.NodeSettings;
import warren.agent.store.SavedNode;
import warren.agent.tunnel.Tunnel;
import warren.cluster.ClusterDescriptor;
import warren.cluster.ClusterId;
import warren.cluster.ClusterSecret;
import warren.cluster.DataPlane;
import warren.cluster.HostPort;
import warren.cluster.Identity;
import warren.cluster.Instance;
import warren.cluster.JoinToken;
import warren.cluster.KnownNode;
import warren.cluster.NodeAddress;
import warren.cluster.NodeContent;
import warren.cluster.NodeId;
import warren.cluster.NodeRecord;
import warren.cluster.OverlayNetwork;
import warren.control.InitRequest;
import warren.control.JoinRequest;
import warren.control.Problem;
import warren.control.RefusedException;
import warren.linux.route.Link;
import warren.linux.route.Route;
import warren.wireguard.IpPrefix;
import warren.wireguard.PrivateKey;
import warren.wireguard.PublicKey;
import warren.wireguard.X25519;

/// Makes a machine a node: draws its keys, signs its first record, and joins where it is not the
/// first. The keys are on disk before any other node hears of them: a node that cannot keep them
/// would
/// stay behind in the cluster as one that never answers. Confined to the thread that makes the
/// node.
final class NodeMaker {
    private final AgentConfig config;
    private final SecureRandom random;
    private final Kernel kernel;
    private final Tunnel tunnel;
    private final NodeFiles files;
    private final Snapshot snapshot;
    private @Nullable Attempt attempt;

    /// @param last what [#unanswered()] of the maker before gave
    NodeMaker(
            AgentConfig config,
            SecureRandom random,
            Kernel kernel,
            Tunnel tunnel,
            NodeFiles files,
            @Nullable Attempt last)
            throws IOException {
        this.attempt = last;
        this.config = config;
        this.random = random;
        this.kernel = kernel;
        this.tunnel = tunnel;
        this.files = files;
        this.snapshot = kernel.everything();
    }

    /// Who this machine said it was to a cluster.
    record Attempt(ClusterId cluster, Keys keys) {}

    /// Where the answer of a join was lost, a member may have taken this machine in: the next
    /// attempt is made as the same node, or the first would stay behind as one that never answers.
    @Nullable Attempt unanswered() {
        return attempt;
    }

    /// A node that has just been made.
    ///
    /// @param welcome how it was taken in; null for the first node
    record Made(SavedNode node, JoinDialer.@Nullable Welcome welcome) {}

    Made first(InitRequest request) throws IOException {
        OverlayNetwork network = network(request.network());
        String overlap = overlap(network);
        if (overlap != null) {
            throw new RefusedException(new Problem(overlap, "choose another with --network"));
        }
        ClusterId cluster = ClusterId.random(random);
        ClusterSecret secret = ClusterSecret.random(random);
        String name = name(request.name());
        Keys keys = new Keys(random);
        NodeSettings settings = new NodeSettings(name, endpoints(request.endpoints()), List.of());
        ClusterDescriptor descriptor =
                new ClusterDescriptor(cluster, name, network, secret.epoch());
        NodeRecord record = keys.sign(content(settings, keys, cluster, secret), cluster);
        files.saveKeys(keys.identity, keys.tunnelKey, cluster, List.of(secret), settings);
        return new Made(
                new SavedNode(
                        keys.identity,
                        keys.tunnelKey,
                        List.of(secret),
                        settings,
                        descriptor,
                        record,
                        List.of()),
                null);
    }

    Made joining(JoinRequest request) throws IOException {
        JoinToken token = token(request.token());
        Keys keys = keysFor(token.cluster());
        NodeSettings settings =
                new NodeSettings(
                        name(request.name()), endpoints(request.endpoints()), token.seeds());
        OwnRecord record =
                new OwnRecord(
                        keys,
                        token.cluster(),
                        content(settings, keys, token.cluster(), token.secret()));
        files.saveKeys(
                keys.identity, keys.tunnelKey, token.cluster(), List.of(token.secret()), settings);
        JoinDialer.Welcome welcome = join(token, keys.identity, record);
        ClusterDescriptor cluster = welcome.joined().cluster();
        NodeId self = keys.identity.id();
        List<KnownNode> others =
                welcome.joined().nodes().stream()
                        .filter(each -> !each.record().id().equals(self))
                        .toList();
        return new Made(
                new SavedNode(
                        keys.identity,
                        keys.tunnelKey,
                        List.of(token.secret()),
                        settings,
                        cluster,
                        record.newest,
                        others),
                welcome);
    }

    /// The tunnel's process is started first: the member that takes this node in speaks to it
    /// through the tunnel at once, and would suspect a node whose tunnel is seconds late.
    private JoinDialer.Welcome join(JoinToken token, Identity identity, OwnRecord record)
            throws IOException {
        startTunnel();
        try {
            return new JoinDialer(
                            token.cluster(),
                            token.secret(),
                            identity,
                            random,
                            network -> objection(network, token, record.newest))
                    .join(token.seeds(), record::above);
        } catch (JoinDialer.NotJoinedException e) {
            if (e.reason() != null) { // nobody has taken it in
                attempt = null;
            }
            throw new RefusedException(new Problem("cannot join: " + e.getMessage(), null));
        }
    }

    private Keys keysFor(ClusterId cluster) {
        Attempt last = attempt;
        Keys keys = last != null && last.cluster.equals(cluster) ? last.keys : new Keys(random);
        attempt = new Attempt(cluster, keys);
        return keys;
    }

    private void startTunnel() throws IOException {
        tunnel.ensure();
        Link link = kernel.snapshot().link(tunnel.interfaceName());
        if (link == null) {
            throw new IOException("the tunnel has ended at once; see tunnel.log in /run/warren");
        }
        kernel.apply(new Change.SetLink(link.index(), NodeNetwork.marked()));
    }

    private static JoinToken token(String text) throws RefusedException {
        try {
            return JoinToken.parse(text);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(
                    new Problem(
                            "not a join token: " + e.getMessage(),
                            "print one with `warren token` on a member"));
        }
    }

    private static OverlayNetwork network(@Nullable String text) throws RefusedException {
        try {
            return text == null ? OverlayNetwork.DEFAULT : OverlayNetwork.parse(text);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(
                    new Problem(
                            "not an overlay network: " + e.getMessage(),
                            "write --network CIDR, as in 10.100.0.0/16"));
        }
    }

    /// Whatever would make this node fail after the cluster has taken it in is tried before, or it
    /// would stay behind there as one that never answers.
    private @Nullable String objection(OverlayNetwork network, JoinToken token, NodeRecord record) {
        String overlap = overlap(network);
        if (overlap != null) {
            return overlap + "; remove the route, or join another cluster";
        }
        try {
            int epoch = token.secret().epoch();
            files.saveRecords(
                    new ClusterDescriptor(token.cluster(), "", network, epoch), record, List.of());
            return null;
        } catch (IOException e) {
            return "this node cannot keep its state: " + e.getMessage();
        }
    }

    private @Nullable String overlap(OverlayNetwork network) {
        Underlay underlay = new Underlay(snapshot);
        Route route = underlay.overlap(network.prefix());
        return route == null
                ? null
                : "the overlay network "
                        + network
                        + " overlaps this host's route "
                        + underlay.describe(route);
    }

    private List<HostPort> endpoints(List<String> texts) throws RefusedException {
        List<HostPort> endpoints = new ArrayList<>();
        for (String text : texts) {
            try {
                HostPort endpoint = HostPort.parse(text, config.tunnelPort());
                refuseUnreachable(endpoint);
                endpoints.add(endpoint);
            } catch (IllegalArgumentException e) {
                throw new RefusedException(
                        new Problem("not an endpoint: " + e.getMessage(), "write HOST[:PORT]"));
            }
        }
        if (endpoints.size() > NodeContent.MAX_ENDPOINTS) {
            throw new RefusedException(
                    new Problem("more than " + NodeContent.MAX_ENDPOINTS + " endpoints", null));
        }
        return endpoints;
    }

    private static void refuseUnreachable(HostPort endpoint) throws RefusedException {
        if (!endpoint.isLiteral()) {
            return;
        }
        InetAddress address = endpoint.address().toInetAddress();
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isMulticastAddress()) {
            throw new RefusedException(
                    new Problem(
                            "no other machine reaches this node at " + endpoint.host(),
                            "name an address of the underlay, or leave --endpoint away"));
        }
    }

    private NodeContent content(
            NodeSettings settings, Keys keys, ClusterId cluster, ClusterSecret secret)
            throws RefusedException {
        List<IpPrefix> overlay =
                List.of(NodeAddress.nodes(cluster), NodeAddress.containers(cluster));
        List<HostPort> endpoints =
                settings.endpoints().isEmpty()
                        ? Reconciler.endpoints(new Underlay(snapshot), overlay, config.tunnelPort())
                        : settings.endpoints();
        try {
            return new NodeContent(
                    1,
                    Instance.draw(Instant.now().getEpochSecond(), random),
                    settings.name(),
                    keys.publicKey,
                    null,
                    endpoints,
                    config.joinPort(),
                    List.of(),
                    Set.of(DataPlane.USERSPACE),
                    List.of(secret.epoch()));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(
                    new Problem(String.valueOf(e.getMessage()), "choose it with --name"));
        }
    }

    static PrivateKey drawTunnelKey(SecureRandom random) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        try {
            return new PrivateKey(bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static String name(@Nullable String wanted) throws IOException {
        return wanted != null ? wanted : hostName();
    }

    /// The host's name, with what a node's name may not hold replaced.
    private static String hostName() throws IOException {
        String host = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        String clean =
                host.replaceAll("[^A-Za-z0-9._-]", "-")
                        .replaceAll("^[^A-Za-z0-9]+|[^A-Za-z0-9]+$", "");
        String name = clean.substring(0, Math.min(clean.length(), NodeContent.MAX_NAME_LENGTH));
        return name.isEmpty() ? "node" : name.replaceAll("[^A-Za-z0-9]+$", "");
    }

    /// The record of a node that joins, signed anew where a member holds one already.
    private static final class OwnRecord {
        private final Keys keys;
        private final ClusterId cluster;
        private NodeRecord newest;

        OwnRecord(Keys keys, ClusterId cluster, NodeContent content) {
            this.keys = keys;
            this.cluster = cluster;
            this.newest = keys.sign(content, cluster);
        }

        NodeRecord above(long sequence) {
            if (newest.sequence() <= sequence) {
                newest = keys.sign(newest.content().withSequence(sequence + 1), cluster);
            }
            return newest;
        }
    }

    /// The keys of a new node.
    static final class Keys {
        final Identity identity;
        final PrivateKey tunnelKey;
        final PublicKey publicKey;

        Keys(SecureRandom random) {
            identity = Identity.generate(random);
            tunnelKey = drawTunnelKey(random);
            publicKey = new X25519().publicKey(tunnelKey);
        }

        NodeRecord sign(NodeContent content, ClusterId cluster) {
            return NodeRecord.sign(content, identity, cluster);
        }
    }
}
