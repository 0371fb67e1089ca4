// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import warren.agent.kernel.Change;
import warren.agent.kernel.Kernel;
import warren.agent.kernel.NodeNetwork;
import warren.agent.kernel.Snapshot;
import warren.agent.tunnel.Candidates;
import warren.agent.tunnel.PeerPlan;
import warren.agent.tunnel.PeerWish;
import warren.agent.tunnel.Tunnel;
import warren.cluster.ClusterSecret;
import warren.cluster.Member;
import warren.cluster.NodeId;
import warren.linux.errno.Errno;
import warren.linux.route.Link;
import warren.tunnel.DeviceConfig;
import warren.tunnel.DeviceState;
import warren.tunnel.PeerConfig;
import warren.tunnel.PeerState;
import warren.tunnel.UapiException;
import warren.wireguard.Endpoint;
import warren.wireguard.IpAddress;
import warren.wireguard.PresharedKey;
import warren.wireguard.PrivateKey;
import warren.wireguard.PublicKey;

/// The part of reconciling that makes the tunnel run and its peers what they should be. Confined to
/// the reconcile loop, [#observed] apart.
final class TunnelStep {
    private static final Logger LOG = System.getLogger(TunnelStep.class.getName());

    /// Shorter than the 30 s after which common NATs forget a UDP mapping.
    private static final int KEEPALIVE_SECONDS = 25;

    private final Tunnel tunnel;
    private final Kernel kernel;
    private PrivateKey privateKey;
    private final int listenPort;
    private final TunnelKeys keys;
    private final PeerPlan plan = new PeerPlan();
    private List<PeerWish> applied = List.of();

    /// Which member a WireGuard key is taken to be, while it announces that key.
    private final Map<PublicKey, NodeId> owners = new HashMap<>();

    /// Whom no session leads to, as the last pass found. Keys and not members: a peer is a key.
    private Set<PublicKey> quiet = Set.of();

    /// Where a node was last seen coming from, by the join exchange. Thread-safe.
    private final Map<NodeId, IpAddress> observed = new ConcurrentHashMap<>();

    TunnelStep(
            Tunnel tunnel, Kernel kernel, PrivateKey privateKey, int listenPort, TunnelKeys keys) {
        this.tunnel = tunnel;
        this.kernel = kernel;
        this.privateKey = privateKey;
        this.listenPort = listenPort;
        this.keys = keys;
    }

    /// Gives the device another key from the next pass on; the old one is wiped.
    void useKey(PrivateKey key) {
        PrivateKey old = privateKey;
        privateKey = key;
        old.destroy();
    }

    /// Which secrets hold, newest first.
    void useSecrets(List<ClusterSecret> secrets) {
        keys.use(secrets);
    }

    void observed(NodeId node, IpAddress address) {
        observed.put(node, address);
    }

    String kind() {
        return tunnel.kind();
    }

    DeviceState state() throws IOException {
        return tunnel.state();
    }

    /// Makes the tunnel run and its interface carry our mark; refuses one that is not ours.
    Link ensure(Snapshot snapshot) throws IOException {
        Link before = snapshot.link(tunnel.interfaceName());
        if (before != null && !Snapshot.isOurs(before) && !holdsOurKey()) {
            throw new IOException(
                    "interface "
                            + before.name()
                            + " is there and not Warren's; remove it, or choose another name in "
                            + AgentConfig.FILE);
        }
        Tunnel.Found found = tunnel.ensure();
        if (before != null && found == Tunnel.Found.RUNNING && Snapshot.isOurs(before)) {
            return before;
        }
        Link link = kernel.snapshot().link(tunnel.interfaceName());
        if (link == null) {
            throw new IOException(
                    "interface "
                            + tunnel.interfaceName()
                            + " is not there although its device runs");
        }
        if (!Snapshot.isOurs(link)) {
            kernel.apply(new Change.SetLink(link.index(), NodeNetwork.marked()));
        }
        return link;
    }

    private boolean holdsOurKey() {
        try {
            DeviceState state = tunnel.state();
            boolean ours = Objects.equals(privateKey, state.privateKey());
            wipe(state);
            return ours;
        } catch (IOException _) {
            // Nobody answers for the interface: it is not one of our devices.
            return false;
        }
    }

    /// The peers that the facts ask for.
    List<PeerWish> wishes(Facts facts, Candidates candidates, boolean behindNat, long nowNanos) {
        keys.retain(facts.peers().stream().map(peer -> peer.record().identity()).toList());
        List<PeerWish> wishes = new ArrayList<>();
        for (Member member : owningTheirKeys(facts.peers())) {
            List<Endpoint> endpoints =
                    candidates.of(
                            member.record().content().endpoints(),
                            observed.get(member.id()),
                            nowNanos);
            wishes.add(
                    new PeerWish(
                            key(member),
                            keys.with(member.record(), quiet.contains(key(member)), nowNanos),
                            facts.allowedIps(member.record()),
                            endpoints,
                            keepalive(endpoints, behindNat)));
        }
        return wishes;
    }

    /// Without members that announce the key of another, who had it first: a key is one peer, and
    /// either would take the other's addresses from it.
    private List<Member> owningTheirKeys(List<Member> members) {
        Map<NodeId, PublicKey> announced = new HashMap<>();
        members.forEach(member -> announced.put(member.id(), key(member)));
        owners.entrySet()
                .removeIf(own -> !Objects.equals(own.getKey(), announced.get(own.getValue())));
        List<Member> owning = new ArrayList<>();
        for (Member member : members) {
            NodeId owner = owners.computeIfAbsent(key(member), _ -> member.id());
            if (owner.equals(member.id())) {
                owning.add(member);
            } else {
                LOG.log(Level.DEBUG, "key is another's member={0} owner={1}", member.id(), owner);
            }
        }
        return owning;
    }

    private static PublicKey key(Member member) {
        return member.record().content().wireguardKey();
    }

    /// Only who sits behind a NAT must keep its mapping alive, and only towards the outside.
    private static int keepalive(List<Endpoint> endpoints, boolean behindNat) {
        boolean outside =
                !endpoints.isEmpty() && !Candidates.isPrivate(endpoints.getFirst().address());
        return behindNat && outside ? KEEPALIVE_SECONDS : 0;
    }

    /// Whether endpoints are on trial, which [#again] looks after between passes.
    boolean isTrying() {
        return plan.isTrying();
    }

    /// Applies what the last pass wished once more.
    void again() throws IOException {
        apply(applied);
    }

    /// Applies the differences between what the device has and what it should have.
    void apply(List<PeerWish> wishes) throws IOException {
        applied = List.copyOf(wishes);
        DeviceState state = tunnel.state();
        try {
            // Also where it is as it should be: only then does a device that found its port taken
            // say so.
            DeviceConfig change = DeviceConfig.unchanged().withListenPort(listenPort);
            if (!Objects.equals(privateKey, state.privateKey())) {
                change = change.withPrivateKey(privateKey);
            }
            Instant now = Instant.now();
            List<PeerConfig> peers = plan.changes(wishes, state.peers(), now);
            quiet =
                    state.peers().stream()
                            .filter(peer -> !PeerPlan.isFresh(peer.lastHandshake(), now))
                            .map(PeerState::publicKey)
                            .collect(Collectors.toSet());
            apply(change.withPeers(peers));
            if (!peers.isEmpty()) {
                LOG.log(
                        Level.DEBUG,
                        "tunnel changed interface={0} peers={1}",
                        tunnel.interfaceName(),
                        peers.size());
            }
        } finally {
            wipe(state);
        }
    }

    private void apply(DeviceConfig change) throws IOException {
        try {
            tunnel.apply(change);
        } catch (UapiException e) {
            if (e.errno() == Errno.EADDRINUSE) {
                throw new IOException(
                        "another program uses UDP "
                                + listenPort
                                + "; end it, or choose another port in "
                                + AgentConfig.FILE,
                        e);
            }
            throw e;
        }
    }

    static void wipe(DeviceState state) {
        PrivateKey key = state.privateKey();
        if (key != null) {
            key.destroy();
        }
        state.peers().stream().map(PeerState::presharedKey).forEach(PresharedKey::destroy);
    }

    /// The state of one peer, or null where the device does not have it.
    static @Nullable PeerState find(DeviceState state, Member member) {
        return state.peer(key(member)).orElse(null);
    }
}
