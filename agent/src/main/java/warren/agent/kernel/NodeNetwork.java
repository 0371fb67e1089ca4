// SPDX-License-Identifier: Apache-2.0
package warren.agent.kernel;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import warren.linux.route.AssignedAddress;
import warren.linux.route.Cidr;
import warren.linux.route.Family;
import warren.linux.route.Link;
import warren.linux.route.LinkSettings;
import warren.linux.route.Route;
import warren.linux.route.Rule;
import warren.linux.sysctl.LinkSetting;
import warren.linux.sysctl.Sysctl;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

/// What a node's part of the overlay network needs of the network stack, all of it, from plain
/// facts. Immutable; [#wish] is pure.
///
/// @param tunnel the tunnel's link
/// @param mtu of the tunnel and of every container
/// @param nodes the prefix of all node addresses
/// @param nodeAddress this node's own
/// @param overlay the overlay network's prefixes, IPv4 and IPv6
/// @param hostAddresses the node's own addresses in the overlay network, one a family at most: the
///     source of what the node itself sends to containers
/// @param remote what other nodes own of the overlay network
/// @param containers this node's own
public record NodeNetwork(
        Link tunnel,
        int mtu,
        IpPrefix nodes,
        IpAddress nodeAddress,
        List<IpPrefix> overlay,
        List<IpAddress> hostAddresses,
        List<IpPrefix> remote,
        List<Port> containers) {

    /// Where a container is plugged in.
    ///
    /// @param host the host's end of the pair
    public record Port(Link host, IpAddress ipv4, IpAddress ipv6) {}

    /// The gateways of every container: link-local, so that they take no address of the overlay
    /// network, and the same everywhere.
    public static final IpAddress GATEWAY_IPV4 = IpAddress.parse("169.254.1.1");

    public static final IpAddress GATEWAY_IPV6 = IpAddress.parse("fe80::1");

    /// The kernel's default metric of IPv6 routes, said for IPv4 too, so that what is listed equals
    /// what was asked for.
    private static final int METRIC = 1024;

    /// What nobody owns leads nowhere, instead of to the default route and out of the house.
    private static final int LAST_METRIC = 1_000_000;

    /// Before the rule for local addresses, or this node's own address would be reached by it.
    private static final int FORBID_NODES = 1;

    /// Before the table `main` (32766), after rules that administrators usually add by hand.
    private static final int ALLOW_OWN_SOURCE = 5191;
    private static final int FORBID_FORGED = 5192;

    public Wish wish() {
        Wish.Builder wish = new Wish.Builder();
        tunnelLink(wish);
        for (IpPrefix prefix : overlay) {
            wish.routes.add(unreachable(prefix));
        }
        for (IpPrefix prefix : remote) {
            wish.routes.add(toTunnel(prefix, sourceFor(prefix)));
        }
        if (!containers.isEmpty()) {
            forwarding(wish);
        }
        containers.forEach(port -> container(wish, port));
        return wish.build();
    }

    private void tunnelLink(Wish.Builder wish) {
        wish.links.add(new Wish.LinkWish(tunnel.index(), mtu));
        wish.settings.add(new Wish.Setting(LinkSetting.IPV6_DISABLE, tunnel.name(), 0));
        // Asymmetric paths are normal here, and WireGuard has checked the source already.
        wish.settings.add(new Wish.Setting(LinkSetting.IPV4_RP_FILTER, tunnel.name(), 0));
        wish.addresses.add(address(tunnel, nodeAddress));
        hostAddresses.forEach(host -> wish.addresses.add(address(tunnel, host)));
        wish.routes.add(toTunnel(nodes, nodeAddress));
    }

    /// IPv4 forwards by the link a packet came in by; IPv6 only where `all` says so too.
    private void forwarding(Wish.Builder wish) {
        wish.settings.add(new Wish.Setting(LinkSetting.IPV6_FORWARDING, Sysctl.ALL, 1));
        wish.settings.add(new Wish.Setting(LinkSetting.IPV6_FORWARDING, tunnel.name(), 1));
        wish.settings.add(new Wish.Setting(LinkSetting.IPV4_FORWARDING, tunnel.name(), 1));
    }

    private void container(Wish.Builder wish, Port port) {
        Link host = port.host();
        wish.links.add(new Wish.LinkWish(host.index(), mtu));
        wish.settings.add(new Wish.Setting(LinkSetting.IPV6_DISABLE, host.name(), 0));
        wish.settings.add(new Wish.Setting(LinkSetting.IPV6_ACCEPT_RA, host.name(), 0));
        wish.settings.add(new Wish.Setting(LinkSetting.IPV4_FORWARDING, host.name(), 1));
        wish.settings.add(new Wish.Setting(LinkSetting.IPV6_FORWARDING, host.name(), 1));
        // Strict: a packet whose source is not this container's address is dropped.
        wish.settings.add(new Wish.Setting(LinkSetting.IPV4_RP_FILTER, host.name(), 1));
        wish.addresses.add(address(host, GATEWAY_IPV4));
        wish.addresses.add(
                AssignedAddress.bare(host.index(), new Cidr(GATEWAY_IPV6.toInetAddress(), 64)));
        wish.routes.add(toLink(IpPrefix.of(port.ipv4()), host.index()));
        wish.routes.add(toLink(IpPrefix.of(port.ipv6()), host.index()));
        rules(wish, host.name(), port.ipv6());
    }

    /// IPv6 has no reverse path filter, and node addresses are IPv6: a container neither reaches
    /// nor forges them, nor any other source than its own.
    private void rules(Wish.Builder wish, String link, IpAddress own) {
        wish.rulesBeforeLocal = true;
        wish.rules.add(
                Rule.forFamily(Family.INET6)
                        .iif(link)
                        .to(cidr(nodes))
                        .action(Rule.Action.PROHIBIT)
                        .priority(FORBID_NODES)
                        .build());
        wish.rules.add(
                Rule.forFamily(Family.INET6)
                        .iif(link)
                        .from(cidr(IpPrefix.of(own)))
                        .priority(ALLOW_OWN_SOURCE)
                        .build());
        wish.rules.add(
                Rule.forFamily(Family.INET6)
                        .iif(link)
                        .action(Rule.Action.PROHIBIT)
                        .priority(FORBID_FORGED)
                        .build());
    }

    private Route toTunnel(IpPrefix prefix, @Nullable IpAddress source) {
        return route(prefix, tunnel.index(), source);
    }

    private Route toLink(IpPrefix prefix, int link) {
        return route(prefix, link, sourceFor(prefix));
    }

    private static Route route(IpPrefix prefix, int link, @Nullable IpAddress source) {
        Route.Builder route = Route.to(cidr(prefix)).dev(link).priority(METRIC);
        if (source != null) {
            route.source(source.toInetAddress());
        }
        return route.build();
    }

    private static Route unreachable(IpPrefix prefix) {
        return Route.to(cidr(prefix)).type(Route.Type.UNREACHABLE).priority(LAST_METRIC).build();
    }

    private @Nullable IpAddress sourceFor(IpPrefix prefix) {
        boolean ipv4 = prefix.address().isV4();
        return hostAddresses.stream()
                .filter(address -> address.isV4() == ipv4)
                .findFirst()
                .orElse(null);
    }

    private static AssignedAddress address(Link link, IpAddress address) {
        return AssignedAddress.bare(link.index(), cidr(IpPrefix.of(address)));
    }

    /// The same prefix in the words of rtnetlink.
    public static Cidr cidr(IpPrefix prefix) {
        InetAddress address = prefix.address().toInetAddress();
        return new Cidr(address, prefix.length());
    }

    /// What a link of Warren starts with: its mark.
    public static LinkSettings marked() {
        return LinkSettings.NONE.withAlias(Kernel.ALIAS);
    }
}
