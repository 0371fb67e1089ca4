// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import warren.agent.container.Container;
import warren.agent.container.Containers;
import warren.agent.kernel.Change;
import warren.agent.kernel.Kernel;
import warren.agent.kernel.KernelPlan;
import warren.agent.kernel.NodeNetwork;
import warren.agent.kernel.Snapshot;
import warren.agent.kernel.Underlay;
import warren.agent.loop.Loop;
import warren.agent.member.GossipLoop;
import warren.agent.tunnel.Candidates;
import warren.agent.tunnel.Names;
import warren.agent.tunnel.PeerWish;
import warren.cluster.AddressPlan;
import warren.cluster.HostPort;
import warren.cluster.Member;
import warren.cluster.NodeAddress;
import warren.cluster.NodeContent;
import warren.control.AttachRequest;
import warren.control.Attachment;
import warren.control.Problem;
import warren.control.RefusedException;
import warren.linux.route.Link;
import warren.tunnel.DeviceState;
import warren.wireguard.Endpoint;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

/// The thread `reconcile`: owns the containers and everything that is set in the kernel and the
/// tunnel. Each pass compares all that should be with all that is, and applies the differences; it
/// runs when something changed, and twice a minute in any case, so nothing depends on an event.
final class Reconciler {
    private static final Logger LOG = System.getLogger(Reconciler.class.getName());

    /// How late a change is mended whose event was lost, or never sent, as of a setting in
    /// `/proc/sys`. A pass over 49 peers costs some 10 ms: most of what an idle agent does.
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(30);

    /// How often it is asked whether what was tried works.
    private static final long TRIAL_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /// News in a burst cause one pass, not hundreds.
    private static final long GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /// A pass may have to start the tunnel's process.
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    /// A claim is waited for one gossip round, seconds; this bounds all waiting for an address.
    private static final Duration ADDRESS_PATIENCE = Duration.ofSeconds(15);

    // Set at construction.
    private final Loop loop = new Loop("reconcile", this::duty);
    private final JoinedNode.Parts parts;
    private final Kernel kernel;
    private final GossipLoop gossip;
    private final TunnelStep tunnel;
    private final Containers containers;
    private final Names names = new Names(this::wake);
    private final List<IpPrefix> overlay;

    // Owned by the loop.
    private long lastPassNanos = System.nanoTime() - GAP_NANOS;
    private long nextPassNanos = System.nanoTime();
    private Set<String> isolated = Set.of();

    // Published to all.
    private volatile List<String> problems = List.of();
    private volatile int mtu;
    private volatile List<Container> attached;
    private volatile AddressUse use = AddressUse.NONE;

    Reconciler(JoinedNode.Parts parts, TunnelStep tunnel, GossipLoop gossip) {
        this.parts = parts;
        this.kernel = parts.kernel();
        this.containers = parts.containers();
        this.tunnel = tunnel;
        this.gossip = gossip;
        this.attached = List.copyOf(containers.all());
        this.overlay =
                List.of(
                        parts.node().cluster().network().prefix(),
                        NodeAddress.containers(parts.node().cluster().id()),
                        NodeAddress.nodes(parts.node().cluster().id()));
    }

    void start() {
        loop.start();
    }

    void stop() throws InterruptedException {
        loop.stop(PATIENCE);
    }

    /// Asks for a pass soon. Called from any thread.
    void wake() {
        loop.offer(
                () -> {
                    long soon = laterOf(System.nanoTime(), lastPassNanos + GAP_NANOS);
                    nextPassNanos = earlierOf(nextPassNanos, soon);
                    loop.dueBy(soon);
                });
    }

    private static long earlierOf(long one, long other) {
        return one - other < 0 ? one : other;
    }

    private static long laterOf(long one, long other) {
        return one - other > 0 ? one : other;
    }

    /// What the agent cannot get done now, one sentence each.
    List<String> problems() {
        return problems;
    }

    /// The MTU of the tunnel; 0 until it is known.
    int mtu() {
        return mtu;
    }

    /// Runs a pass now and waits for it.
    void passNow() throws IOException {
        loop.call(() -> pass(System.nanoTime()), PATIENCE);
    }

    /// Asks something of what the loop owns.
    <T> T ask(Loop.Work<T> work) throws IOException {
        return loop.call(work, PATIENCE);
    }

    /// The containers as the last pass or request left them.
    List<Container> attached() {
        return attached;
    }

    DeviceState device() throws IOException {
        return ask(tunnel::state);
    }

    private long duty(long nowNanos) throws IOException {
        if (nextPassNanos - nowNanos <= 0) {
            pass(nowNanos);
        } else {
            tunnel.again();
        }
        return tunnel.isTrying() ? earlierOf(nextPassNanos, nowNanos + TRIAL_NANOS) : nextPassNanos;
    }

    /// How long everything may stay as it is. The node's own address is waited for: a claim has to
    /// become known first.
    private long pauseNanos() {
        return containers.hostAddress() == null ? TRIAL_NANOS : PERIOD_NANOS;
    }

    /// One pass; whether everything is as it should be now.
    private boolean pass(long nowNanos) {
        lastPassNanos = nowNanos;
        List<String> found = new ArrayList<>();
        try {
            reconcile(nowNanos, found);
        } catch (IOException e) {
            found.add(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) { // the next pass begins anew; until then it must be seen
            LOG.log(Level.ERROR, "pass failed", e);
            found.add("this is a bug: a pass ended with " + e);
        }
        attached = List.copyOf(containers.all());
        lastPassNanos = System.nanoTime();
        report(found);
        boolean done = found.isEmpty();
        nextPassNanos = lastPassNanos + (done ? pauseNanos() : RETRY_NANOS);
        loop.dueBy(nextPassNanos);
        return done;
    }

    private void report(List<String> found) {
        List<String> before = problems;
        problems = List.copyOf(found);
        for (String problem : found) {
            if (!before.contains(problem)) {
                LOG.log(Level.WARNING, "not as it should be: {0}", problem);
            }
        }
        if (found.isEmpty() && !before.isEmpty()) {
            LOG.log(Level.INFO, "everything is as it should be again");
        }
    }

    private void reconcile(long nowNanos, List<String> found) throws IOException {
        Snapshot before = kernel.snapshot();
        Link link = tunnel.ensure(before);
        // A link of that very snapshot: nothing was made.
        Snapshot snapshot = before.links().contains(link) ? before : kernel.snapshot();
        Underlay underlay = new Underlay(snapshot);
        Facts facts = Facts.of(parts.node().cluster(), gossip.view());
        settle(nowNanos, found);
        announce(underlay);

        Candidates candidates = new Candidates(names, underlay, overlay);
        tunnel.useSecrets(gossip.standing().secrets());
        List<PeerWish> wishes = tunnel.wishes(facts, candidates, behindNat(), nowNanos);
        tunnel.apply(wishes);
        chooseMtu(underlay, wishes);
        containers.sweep(snapshot.links().stream().map(Link::name).toList(), mtu);
        applyNetwork(facts, link.index(), found);
    }

    private void settle(long nowNanos, List<String> found) throws IOException {
        List<Member> members = gossip.view().members();
        List<AddressPlan.Conflict> conflicts = containers.settle(members, nowNanos);
        Set<String> losers = new HashSet<>();
        for (AddressPlan.Conflict conflict : conflicts) {
            losers.add(conflict.container());
            found.add(AddressUse.describe(conflict, members));
        }
        for (IpAddress address : containers.unpublished()) {
            found.add(
                    "address "
                            + address
                            + " does not fit this node's record, so no other node reaches it;"
                            + " detach some containers");
        }
        isolated = losers;
        use = new AddressUse(containers.allocations(), containers.hostAddress(), conflicts);
    }

    /// Who has which address on this node, as the last pass left it.
    AddressUse addressUse() {
        return use;
    }

    /// Publishes what our record should say now, where it says something else.
    private void announce(Underlay underlay) {
        List<HostPort> endpoints = endpoints(underlay);
        var claims = containers.claims();
        gossip.publish(
                content -> {
                    NodeContent next = content.withClaims(claims);
                    // Without any address for a moment, as while a link flaps, the old ones stay.
                    return endpoints.isEmpty() ? next : next.withEndpoints(endpoints);
                });
    }

    private List<HostPort> endpoints(Underlay underlay) {
        List<HostPort> said = parts.node().settings().endpoints();
        return said.isEmpty() ? endpoints(underlay, overlay, parts.config().tunnelPort()) : said;
    }

    /// The node's own addresses as endpoints, those within the overlay apart.
    static List<HostPort> endpoints(Underlay underlay, List<IpPrefix> overlay, int port) {
        return underlay.ownAddresses().stream()
                .filter(own -> overlay.stream().noneMatch(net -> net.contains(own)))
                .limit(NodeContent.MAX_ENDPOINTS)
                .map(own -> HostPort.of(own, port))
                .toList();
    }

    /// A NAT is suspected where none of our endpoints means anything to the outside.
    private boolean behindNat() {
        return gossip.view().own().content().endpoints().stream()
                .filter(HostPort::isLiteral)
                .allMatch(endpoint -> Candidates.isPrivate(endpoint.address()));
    }

    private void chooseMtu(Underlay underlay, List<PeerWish> wishes) {
        List<IpAddress> peers =
                wishes.stream()
                        .filter(wish -> !wish.candidates().isEmpty())
                        .map(wish -> wish.candidates().getFirst())
                        .map(Endpoint::address)
                        .toList();
        int chosen = underlay.tunnelMtu(peers);
        if (chosen != mtu) {
            LOG.log(Level.INFO, "mtu chosen mtu={0}", Integer.toString(chosen));
            mtu = chosen;
            containers.resize(chosen);
        }
    }

    private void applyNetwork(Facts facts, int link, List<String> found) throws IOException {
        Snapshot snapshot = kernel.snapshot();
        Link now = snapshot.link(link);
        if (now == null) {
            throw new IOException("the tunnel's interface has just gone");
        }
        removeStrayLinks(snapshot);
        NodeNetwork network = network(facts, now, snapshot);
        for (Change change : KernelPlan.changes(network.wish(), snapshot, kernel)) {
            try {
                kernel.apply(change);
                LOG.log(Level.DEBUG, "kernel changed change={0}", change);
            } catch (IOException e) {
                found.add(String.valueOf(e.getMessage()));
            }
        }
    }

    private NodeNetwork network(Facts facts, Link link, Snapshot snapshot) {
        var cluster = parts.node().cluster();
        List<IpPrefix> remote = new ArrayList<>();
        facts.others().forEach(record -> remote.addAll(facts.overlayPrefixes(record)));
        List<IpAddress> host = new ArrayList<>();
        IpAddress own = containers.hostAddress();
        if (own != null) {
            host.add(own);
            host.add(NodeAddress.container(cluster.id(), own));
        }
        return new NodeNetwork(
                link,
                mtu,
                NodeAddress.nodes(cluster.id()),
                NodeAddress.of(cluster.id(), parts.node().identity().id()),
                List.of(cluster.network().prefix(), NodeAddress.containers(cluster.id())),
                host,
                remote,
                ports(snapshot));
    }

    private List<NodeNetwork.Port> ports(Snapshot snapshot) {
        return containers.all().stream()
                .filter(container -> !isolated.contains(container.name()))
                .map(container -> port(container, snapshot))
                .filter(Objects::nonNull)
                .toList();
    }

    private NodeNetwork.@Nullable Port port(Container container, Snapshot snapshot) {
        Link host = snapshot.link(container.hostInterface());
        if (host == null) {
            return null;
        }
        return new NodeNetwork.Port(host, container.address(), containers.ipv6(container));
    }

    /// A pair whose container was never recorded: the agent ended while it attached it.
    private void removeStrayLinks(Snapshot snapshot) throws IOException {
        Set<String> known = new HashSet<>();
        containers.all().forEach(container -> known.add(container.hostInterface()));
        for (Link link : snapshot.links()) {
            boolean pair =
                    Snapshot.isOurs(link)
                            && "veth".equals(link.kind())
                            && link.name().startsWith(Container.HOST_PREFIX);
            if (pair && !known.contains(link.name())) {
                kernel.apply(new Change.DeleteLink(link.index()));
            }
        }
    }

    /// Attaches a container; waits where a claim must become known first.
    Attachment attach(AttachRequest request) throws IOException {
        IpAddress wanted = address(request.address());
        Path netns = netns(request.netns());
        long deadlineNanos = System.nanoTime() + ADDRESS_PATIENCE.toNanos();
        while (true) {
            AddressPlan.Allocation allocation = ask(() -> reserve(request.name(), netns, wanted));
            switch (allocation) {
                case AddressPlan.Allocation.Given(IpAddress address) -> {
                    return ask(() -> plugIn(request.name(), netns, address));
                }
                case AddressPlan.Allocation.Refused(String message, String hint) ->
                        throw new RefusedException(new Problem(message, hint));
                case AddressPlan.Allocation.Wait(long untilNanos) -> {
                    if (deadlineNanos - untilNanos < 0) {
                        ask(() -> release(request.name()));
                        throw new IOException("no address became free in time; try again");
                    }
                    pause(untilNanos);
                }
            }
        }
    }

    private static @Nullable IpAddress address(@Nullable String text) throws RefusedException {
        if (text == null) {
            return null;
        }
        try {
            IpAddress address = IpAddress.parse(text);
            if (address.isV4()) {
                return address;
            }
        } catch (IllegalArgumentException _) {
            // Said below, together with addresses of the other family.
        }
        throw new RefusedException(new Problem("not an IPv4 address: " + text, null));
    }

    private static Path netns(String text) throws RefusedException {
        if (!text.startsWith("/") || text.indexOf('\0') >= 0) {
            throw new RefusedException(
                    new Problem(
                            "not the path of a network namespace: " + text,
                            "give an absolute path such as /run/netns/NAME or /proc/PID/ns/net"));
        }
        return Path.of(text);
    }

    private AddressPlan.Allocation reserve(String name, Path netns, @Nullable IpAddress wanted)
            throws IOException {
        if (mtu == 0) {
            throw new RefusedException(
                    new Problem("the tunnel is not up yet" + reason(), "try again"));
        }
        AddressPlan.Allocation allocation =
                containers.reserve(name, netns, wanted, gossip.view().members(), System.nanoTime());
        announce(new Underlay(kernel.snapshot()));
        return allocation;
    }

    private String reason() {
        List<String> now = problems;
        return now.isEmpty() ? "" : " (" + now.getFirst() + ")";
    }

    private Attachment plugIn(String name, Path netns, IpAddress address) throws IOException {
        Container container = containers.attach(name, netns, address, mtu);
        pass(System.nanoTime());
        return new Attachment(
                name, container.address().toString(), NodeNetwork.GATEWAY_IPV4.toString(), mtu);
    }

    private boolean release(String name) throws IOException {
        containers.release(name);
        return true;
    }

    private static void pause(long untilNanos) throws IOException {
        try {
            TimeUnit.NANOSECONDS.sleep(Math.max(untilNanos - System.nanoTime(), 1));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new IOException("the agent is stopping");
        }
    }

    void detach(String name) throws IOException {
        ask(
                () -> {
                    containers.detach(name);
                    pass(System.nanoTime());
                    return true;
                });
    }
}
