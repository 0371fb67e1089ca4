// SPDX-License-Identifier: Apache-2.0
package warren.agent.container;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import warren.agent.store.StateDirectory;
import warren.cluster.AddressPlan;
import warren.cluster.Claim;
import warren.cluster.ClusterId;
import warren.cluster.Member;
import warren.cluster.NodeAddress;
import warren.cluster.NodeId;
import warren.cluster.OverlayNetwork;
import warren.control.Problem;
import warren.control.RefusedException;
import warren.linux.namespace.NamespaceId;
import warren.wireguard.IpAddress;

/// The node's containers with their addresses, on disk as in memory. Confined to the reconcile
/// loop.
///
/// What must not be lost is written before it is done: an address is on disk before a container
/// has it, and given back on disk only after the container has lost it.
public final class Containers {
    private static final Logger LOG = System.getLogger(Containers.class.getName());

    private static final String ADDRESSES = "addresses";

    /// How long an address may wait for its container: attaching takes milliseconds.
    private static final long RESERVED_NANOS = 60_000_000_000L;

    /// The node's own part of its first block, so that it can itself speak to containers. No
    /// container has this name: see [Container#isName].
    private static final String HOST = "(host)";

    private final StateDirectory directory;
    private final ContainerFile file;
    private final Plug plug;
    private final ClusterId cluster;
    private final AddressPlan plan;
    private final SortedMap<String, Container> attached = new TreeMap<>();

    /// When an address was given to a container that has not been attached since.
    private final Map<String, Long> reserved = new HashMap<>();

    public Containers(
            StateDirectory directory,
            Plug plug,
            ClusterId cluster,
            OverlayNetwork network,
            NodeId self,
            RandomGenerator random)
            throws IOException {
        this.directory = directory;
        this.file = new ContainerFile(directory);
        this.plug = plug;
        this.cluster = cluster;
        this.plan = loadPlan(network, self, random);
        file.load().forEach(container -> attached.put(container.name(), container));
        releaseStrays();
    }

    private AddressPlan loadPlan(OverlayNetwork network, NodeId self, RandomGenerator random)
            throws IOException {
        byte[] saved = directory.read(ADDRESSES);
        if (saved == null) {
            return new AddressPlan(network, self, random);
        }
        try {
            return AddressPlan.parse(saved, network, self, random);
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "cannot use " + directory.path(ADDRESSES) + ": " + e.getMessage(), e);
        }
    }

    /// An address that was given and whose container never came to be: the agent ended in between.
    private void releaseStrays() throws IOException {
        boolean any = false;
        for (String name : List.copyOf(plan.allocations().keySet())) {
            if (!name.equals(HOST) && !attached.containsKey(name)) {
                any |= plan.release(name);
            }
        }
        if (any) {
            savePlan();
        }
    }

    public Collection<Container> all() {
        return List.copyOf(attached.values());
    }

    public List<Claim> claims() {
        return plan.claims();
    }

    public IpAddress ipv6(Container container) {
        return NodeAddress.container(cluster, container.address());
    }

    /// The node's own address in the overlay network, or null while it has none.
    public @Nullable IpAddress hostAddress() {
        return plan.allocations().get(HOST);
    }

    /// Address by container name, the node's own apart; a copy.
    public SortedMap<String, IpAddress> allocations() {
        SortedMap<String, IpAddress> all = plan.allocations();
        all.remove(HOST);
        return all;
    }

    /// Addresses of containers that this node's record has no room for.
    public List<IpAddress> unpublished() {
        return plan.unpublished();
    }

    /// Settles quarrels with other claims, sees to a block for the next container, frees what
    /// nobody came for, and gives the host its address: another where it lost its own.
    ///
    /// @return containers whose address another node has too, and keeps
    public List<AddressPlan.Conflict> settle(Collection<Member> others, long nowNanos)
            throws IOException {
        byte[] before = plan.toBytes();
        releaseForgotten(nowNanos);
        List<AddressPlan.Conflict> conflicts = new ArrayList<>(plan.resolve(others, nowNanos));
        if (conflicts.removeIf(conflict -> conflict.container().equals(HOST))) {
            plan.release(HOST);
        }
        plan.prepare(others, nowNanos);
        if (hostAddress() == null) {
            AddressPlan.Allocation _ = plan.allocate(HOST, null, others, nowNanos);
        }
        if (!Arrays.equals(before, plan.toBytes())) {
            savePlan();
        }
        return conflicts;
    }

    /// Addresses given to containers that were never attached, by whatever went wrong.
    private void releaseForgotten(long nowNanos) {
        reserved.keySet().removeAll(attached.keySet());
        reserved.entrySet()
                .removeIf(
                        entry -> {
                            boolean over = nowNanos - entry.getValue() >= RESERVED_NANOS;
                            if (over && plan.release(entry.getKey())) {
                                LOG.log(
                                        Level.INFO,
                                        "leaked address freed name={0}",
                                        entry.getKey());
                            }
                            return over;
                        });
    }

    /// Looks whether a container may be attached, and takes an address for it.
    public AddressPlan.Allocation reserve(
            String name,
            Path netns,
            @Nullable IpAddress wanted,
            Collection<Member> others,
            long nowNanos)
            throws IOException {
        if (!Container.isName(name)) {
            throw new RefusedException(
                    new Problem(
                            "not a name for a container: " + name,
                            "use letters, digits and _./:-, at most 128"));
        }
        NamespaceId namespace = plug.identify(netns);
        Container present = attached.get(name);
        if (present != null) {
            requireSame(present, namespace, wanted);
        }
        AddressPlan.Allocation allocation = plan.allocate(name, wanted, others, nowNanos);
        if (present == null && allocation instanceof AddressPlan.Allocation.Given) {
            reserved.put(name, nowNanos);
        }
        savePlan();
        return allocation;
    }

    private static void requireSame(
            Container present, NamespaceId namespace, @Nullable IpAddress wanted)
            throws RefusedException {
        boolean same =
                present.namespace().equals(namespace)
                        && (wanted == null || wanted.equals(present.address()));
        if (!same) {
            throw new RefusedException(
                    new Problem(
                            "container "
                                    + present.name()
                                    + " is attached with "
                                    + present.address(),
                            "detach it first"));
        }
    }

    /// Plugs a container in with its reserved address. Where that fails the address is free again.
    public Container attach(String name, Path netns, IpAddress address, int mtu)
            throws IOException {
        NamespaceId namespace = identifyReserved(name, netns);
        Container present = attached.get(name);
        if (present != null) {
            requireSame(present, namespace, address);
            return present;
        }
        Container container = new Container(name, netns, namespace, address);
        try {
            plug.plug(container, ipv6(container), mtu);
            attached.put(name, container);
            file.save(attached.values());
        } catch (IOException e) {
            attached.remove(name);
            giveUp(container, e);
            throw e;
        }
        LOG.log(Level.INFO, "container attached name={0} address={1}", name, address);
        return container;
    }

    /// The namespace may have gone, or the name have been taken, since the address was reserved.
    private NamespaceId identifyReserved(String name, Path netns) throws IOException {
        try {
            return plug.identify(netns);
        } catch (IOException e) {
            release(name);
            throw e;
        }
    }

    private void giveUp(Container container, IOException failure) {
        try {
            plug.unplug(container);
            plan.release(container.name());
            savePlan();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /// Gives back what was reserved and will not be used.
    public void release(String name) throws IOException {
        if (!attached.containsKey(name) && plan.release(name)) {
            savePlan();
        }
    }

    /// Takes a container's interface and address back; nothing where it has none.
    public void detach(String name) throws IOException {
        Container container = attached.get(name);
        if (container != null) {
            plug.unplug(container);
            attached.remove(name);
            file.save(attached.values());
            LOG.log(
                    Level.INFO,
                    "container detached name={0} address={1}",
                    name,
                    container.address());
        }
        if (Container.isName(name) && plan.release(name)) {
            savePlan();
        }
    }

    /// Frees the addresses of containers that are gone without a word, and plugs those in again
    /// that lost their interface.
    ///
    /// @param present which of the host's links are there
    public void sweep(Collection<String> present, int mtu) throws IOException {
        for (Container container : List.copyOf(attached.values())) {
            if (!plug.isAlive(container)) {
                LOG.log(Level.INFO, "container is gone name={0}", container.name());
                detach(container.name());
            } else if (!present.contains(container.hostInterface())) {
                replug(container, mtu);
            }
        }
    }

    private void replug(Container container, int mtu) {
        try {
            plug.plug(container, ipv6(container), mtu);
            LOG.log(Level.INFO, "container plugged in again name={0}", container.name());
        } catch (IOException e) {
            LOG.log(
                    Level.WARNING,
                    "container has lost its interface name={0} reason={1}",
                    container.name(),
                    e.getMessage());
        }
    }

    /// Tells every container of another MTU.
    public void resize(int mtu) {
        List<Container> failed = new ArrayList<>();
        for (Container container : attached.values()) {
            try {
                plug.resize(container, mtu);
            } catch (IOException _) {
                // Its namespace is going away: the sweep finds out.
                failed.add(container);
            }
        }
        if (!failed.isEmpty()) {
            LOG.log(Level.DEBUG, "containers not resized count={0}", failed.size());
        }
    }

    private void savePlan() throws IOException {
        directory.write(ADDRESSES, plan.toBytes());
    }
}
