// SPDX-License-Identifier: Apache-2.0
package warren.agent.kernel;

import java.net.InetAddress;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import warren.linux.route.AssignedAddress;
import warren.linux.route.Cidr;
import warren.linux.route.Link;
import warren.linux.route.Route;
import warren.linux.route.RtnetlinkConstants;
import warren.linux.route.Rule;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

/// What the network stack says of the network underneath: questions to a snapshot. Immutable.
public final class Underlay {
    /// Bytes that a tunnel over IPv6 takes: 40 of IPv6, 8 of UDP, 32 of WireGuard. Over IPv4 it
    /// would be 20 fewer, but a peer may change.
    static final int OVERHEAD = 80;

    /// Below it Linux takes IPv6 from a link: RFC 8200 section 5.
    static final int MIN_MTU = 1280;

    /// The largest packet whose WireGuard datagram still fits UDP over IPv6.
    static final int MAX_MTU = 65535 - OVERHEAD;

    /// Links that carry containers or other overlays, by the names their makers give them: what is
    /// assigned to them is reachable by nobody else.
    private static final Pattern NOT_UNDERLAY =
            Pattern.compile(
                    "(docker|br-[0-9a-f]{12}|cni|virbr|podman|flannel|cali|cilium|lxc|weave|nerdctl)"
                            + ".*");

    private static final List<String> TUNNEL_KINDS =
            List.of("wireguard", "tun", "vxlan", "geneve", "dummy", "gre", "ipip", "sit", "ip6tnl");

    private final Snapshot snapshot;

    public Underlay(Snapshot snapshot) {
        this.snapshot = snapshot;
    }

    /// Addresses at which other nodes may reach this one: global ones of underlay links, those of
    /// links with a default route first, IPv4 before IPv6.
    public List<IpAddress> ownAddresses() {
        return snapshot.addresses().stream()
                .filter(this::isReachable)
                .sorted(
                        Comparator.comparing((AssignedAddress a) -> !hasDefaultRoute(a.link()))
                                .thenComparing(a -> !IpAddress.of(a.address().address()).isV4())
                                .thenComparing(AssignedAddress::link))
                .map(each -> IpAddress.of(each.address().address()))
                .distinct()
                .toList();
    }

    private boolean isReachable(AssignedAddress assigned) {
        Link link = snapshot.link(assigned.link());
        InetAddress address = assigned.address().address();
        boolean global =
                !address.isLoopbackAddress()
                        && !address.isLinkLocalAddress()
                        && !address.isAnyLocalAddress()
                        && !address.isMulticastAddress();
        boolean lasting =
                !assigned.flags().contains(AssignedAddress.Flag.DEPRECATED)
                        && !assigned.flags().contains(AssignedAddress.Flag.DADFAILED);
        return link != null && isUnderlay(link) && global && lasting;
    }

    private static boolean isUnderlay(Link link) {
        return link.up()
                && !Snapshot.isOurs(link)
                && !"lo".equals(link.name())
                && !TUNNEL_KINDS.contains(String.valueOf(link.kind()))
                && !NOT_UNDERLAY.matcher(link.name()).matches();
    }

    private boolean hasDefaultRoute(int link) {
        return snapshot.routes().stream()
                .filter(route -> route.table() == RtnetlinkConstants.RT_TABLE_MAIN)
                .anyMatch(route -> route.link() == link && route.destination().prefixLength() == 0);
    }

    /// Whether the main table has a way to an address.
    public boolean reaches(IpAddress address) {
        Route route = route(address);
        return route != null && route.type() == Route.Type.UNICAST;
    }

    /// Whether an address is on a link of this host, without a gateway between.
    public boolean isNear(IpAddress address) {
        Route route = route(address);
        return route != null && route.type() == Route.Type.UNICAST && route.gateway() == null;
    }

    /// The MTU for a tunnel to all these addresses: that of the narrowest way, less the overhead.
    public int tunnelMtu(Collection<IpAddress> peers) {
        int narrowest =
                peers.stream()
                        .map(this::mtu)
                        .filter(Objects::nonNull)
                        .min(Comparator.naturalOrder())
                        .orElseGet(this::mtuOfLinks);
        return Math.clamp(narrowest - OVERHEAD, MIN_MTU, MAX_MTU);
    }

    private int mtuOfLinks() {
        return ownAddresses().stream()
                .map(own -> linkOf(own))
                .filter(Objects::nonNull)
                .map(Link::mtu)
                .min(Comparator.naturalOrder())
                .orElse(1500);
    }

    private @Nullable Link linkOf(IpAddress own) {
        return snapshot.addresses().stream()
                .filter(each -> IpAddress.of(each.address().address()).equals(own))
                .map(each -> snapshot.link(each.link()))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private @Nullable Integer mtu(IpAddress address) {
        Route route = route(address);
        if (route == null) {
            return null;
        }
        if (route.mtu() > 0) {
            return route.mtu();
        }
        Link link = snapshot.link(route.link());
        return link == null ? null : (Integer) link.mtu();
    }

    /// The main table's route to an address: the longest prefix, then the smallest metric.
    private @Nullable Route route(IpAddress address) {
        InetAddress target = address.toInetAddress();
        return snapshot.routes().stream()
                .filter(route -> route.table() == RtnetlinkConstants.RT_TABLE_MAIN)
                .filter(route -> route.destination().contains(target))
                .min(
                        Comparator.comparingInt(
                                        (Route route) -> -route.destination().prefixLength())
                                .thenComparingInt(Route::priority))
                .orElse(null);
    }

    /// A route of the host, in any table of the snapshot that a rule leads to, that shares
    /// addresses
    /// with `network`; or null. The default route and Warren's own do not count, nor do addresses
    /// of Warren's own links.
    public @Nullable Route overlap(IpPrefix network) {
        Cidr wanted = NodeNetwork.cidr(network);
        return snapshot.routes().stream()
                .filter(route -> route.protocol() != RtnetlinkConstants.RTPROT_WARREN)
                .filter(route -> isLookedUp(route) && !isOnOurLink(route))
                .filter(route -> route.destination().prefixLength() > 0)
                .filter(route -> route.destination().family() == wanted.family())
                .filter(route -> route.destination().overlaps(wanted))
                .findFirst()
                .orElse(null);
    }

    /// Nothing is sent by the routes of a table to which no rule leads.
    private boolean isLookedUp(Route route) {
        return route.table() == RtnetlinkConstants.RT_TABLE_MAIN
                || route.table() == RtnetlinkConstants.RT_TABLE_LOCAL
                || snapshot.rules().stream()
                        .anyMatch(
                                rule ->
                                        rule.action() == Rule.Action.LOOKUP
                                                && rule.table() == route.table());
    }

    private boolean isOnOurLink(Route route) {
        Link link = snapshot.link(route.link());
        return link != null && Snapshot.isOurs(link);
    }

    /// One line that names a route as `ip route` would.
    public String describe(Route route) {
        Link link = snapshot.link(route.link());
        String via = route.gateway() == null ? "" : " via " + route.gateway().getHostAddress();
        String table =
                route.table() == RtnetlinkConstants.RT_TABLE_MAIN ? "" : " table " + route.table();
        return route.destination() + via + (link == null ? "" : " dev " + link.name()) + table;
    }
}
