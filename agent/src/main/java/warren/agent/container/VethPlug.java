// SPDX-License-Identifier: Apache-2.0
package warren.agent.container;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import warren.agent.kernel.NodeNetwork;
import warren.control.Problem;
import warren.control.RefusedException;
import warren.linux.namespace.NamespaceException;
import warren.linux.namespace.NamespaceId;
import warren.linux.namespace.NetworkNamespace;
import warren.linux.route.AssignedAddress;
import warren.linux.route.Link;
import warren.linux.route.LinkSettings;
import warren.linux.route.NewLink;
import warren.linux.route.Route;
import warren.linux.route.Rtnetlink;
import warren.linux.sysctl.LinkSetting;
import warren.linux.sysctl.Sysctl;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

/// The veth pairs of real containers.
public final class VethPlug implements Plug, AutoCloseable {
    private static final Logger LOG = System.getLogger(VethPlug.class.getName());

    private static final IpPrefix ANY_IPV4 = IpPrefix.parse("0.0.0.0/0");
    private static final IpPrefix ANY_IPV6 = IpPrefix.parse("::/0");

    private final Rtnetlink host;

    private VethPlug(Rtnetlink host) {
        this.host = host;
    }

    public static VethPlug open() throws IOException {
        return new VethPlug(Rtnetlink.open());
    }

    @Override
    public NamespaceId identify(Path netns) throws IOException {
        try (NetworkNamespace namespace = NetworkNamespace.open(netns);
                NetworkNamespace own = NetworkNamespace.current()) {
            if (namespace.id().equals(own.id())) {
                throw new RefusedException(
                        new Problem(
                                netns + " is the node's own network namespace",
                                "name the container's"));
            }
            return namespace.id();
        } catch (NamespaceException e) {
            throw new RefusedException(new Problem(String.valueOf(e.getMessage()), null));
        }
    }

    @Override
    public void plug(Container container, IpAddress ipv6, int mtu) throws IOException {
        try (NetworkNamespace namespace = NetworkNamespace.open(container.netns());
                Rtnetlink inside = Rtnetlink.open(namespace)) {
            refuseTaken(inside, container);
            unplug(container);
            host.linkAdd(pair(container, namespace, mtu));
            try {
                namespace.run(() -> prepare());
                configure(inside, container, ipv6);
            } catch (IOException e) {
                undo(container, e);
                throw e;
            }
        }
    }

    private static void refuseTaken(Rtnetlink inside, Container container) throws IOException {
        if (inside.link(Container.INTERFACE) != null) {
            throw new RefusedException(
                    new Problem(
                            "container "
                                    + container.name()
                                    + " has an interface "
                                    + Container.INTERFACE
                                    + " already",
                            "detach what it is attached to, or start it without a network"));
        }
    }

    private static NewLink pair(Container container, NetworkNamespace namespace, int mtu) {
        return new NewLink.Veth(
                container.hostInterface(),
                NodeNetwork.marked().withMtu(mtu).withUp(true),
                new NewLink.Peer(Container.INTERFACE, mtu, null, namespace));
    }

    /// Inside the container: many runtimes start them with IPv6 off.
    private static boolean prepare() throws IOException {
        Sysctl ipv6 = Sysctl.of(LinkSetting.IPV6_DISABLE, Container.INTERFACE);
        return ipv6.exists() && ipv6.write(0);
    }

    private static void configure(Rtnetlink inside, Container container, IpAddress ipv6)
            throws IOException {
        Link loopback = inside.link("lo");
        if (loopback != null) {
            inside.linkSet(loopback.index(), LinkSettings.NONE.withUp(true));
        }
        Link link = inside.link(Container.INTERFACE);
        if (link == null) {
            throw new IOException("the interface of " + container.name() + " is gone already");
        }
        inside.linkSet(link.index(), LinkSettings.NONE.withUp(true));
        inside.addressAdd(address(link, container.address()));
        inside.addressAdd(address(link, ipv6));
        inside.routeReplace(byGateway(ANY_IPV4, link, NodeNetwork.GATEWAY_IPV4));
        inside.routeReplace(byGateway(ANY_IPV6, link, NodeNetwork.GATEWAY_IPV6));
    }

    private static AssignedAddress address(Link link, IpAddress address) {
        return AssignedAddress.bare(link.index(), NodeNetwork.cidr(IpPrefix.of(address)));
    }

    private static Route byGateway(IpPrefix destination, Link link, IpAddress gateway) {
        return Route.to(NodeNetwork.cidr(destination))
                .viaOnlink(gateway.toInetAddress())
                .dev(link.index())
                .build();
    }

    private void undo(Container container, IOException failure) {
        try {
            unplug(container);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public void unplug(Container container) throws IOException {
        Link link = host.link(container.hostInterface());
        if (link != null) {
            host.linkDelete(link.index());
        }
    }

    @Override
    public boolean isAlive(Container container) {
        try (NetworkNamespace namespace = NetworkNamespace.open(container.netns())) {
            return namespace.id().equals(container.namespace());
        } catch (NamespaceException e) {
            // What we may not look at counts as alive: nothing is freed on a suspicion.
            return switch (e.reason()) {
                case GONE, NOT_A_NAMESPACE -> false;
                case PERMISSION, EXISTS, FAILED -> true;
            };
        }
    }

    @Override
    public void resize(Container container, int mtu) throws IOException {
        try (NetworkNamespace namespace = NetworkNamespace.open(container.netns());
                Rtnetlink inside = Rtnetlink.open(namespace)) {
            Link link = inside.link(Container.INTERFACE);
            if (link != null && link.mtu() != mtu) {
                inside.linkSet(link.index(), LinkSettings.NONE.withMtu(mtu));
                LOG.log(Level.INFO, "container resized name={0} mtu={1}", container.name(), mtu);
            }
        }
    }

    @Override
    public void close() {
        host.close();
    }
}
