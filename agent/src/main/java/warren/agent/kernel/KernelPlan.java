// SPDX-License-Identifier: Apache-2.0
package warren.agent.kernel;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import warren.linux.route.AssignedAddress;
import warren.linux.route.Cidr;
import warren.linux.route.Link;
import warren.linux.route.LinkSettings;
import warren.linux.route.Route;
import warren.linux.route.RtnetlinkConstants;
import warren.linux.route.Rule;
import warren.linux.sysctl.LinkSetting;
import warren.linux.sysctl.Sysctl;

/// The changes between what is and what should be, in the order in which the kernel takes them:
/// settings, links, addresses, routes, rules. Rules that forbid come before the routes they guard.
public final class KernelPlan {
    private final Wish wish;
    private final Snapshot actual;
    private final List<Change> changes = new ArrayList<>();

    private KernelPlan(Wish wish, Snapshot actual) {
        this.wish = wish;
        this.actual = actual;
    }

    /// @param kernel only asked for settings
    public static List<Change> changes(Wish wish, Snapshot actual, Kernel kernel)
            throws IOException {
        KernelPlan plan = new KernelPlan(wish, actual);
        plan.settings(kernel);
        plan.links();
        plan.addresses();
        plan.localRule();
        plan.rules();
        plan.routes();
        return plan.changes;
    }

    private void settings(Kernel kernel) throws IOException {
        for (Wish.Setting setting : wish.settings()) {
            Integer value = kernel.setting(setting.setting(), setting.link());
            if (value != null && value != setting.value()) {
                if (setting.setting() == LinkSetting.IPV6_FORWARDING
                        && setting.link().equals(Sysctl.ALL)) {
                    keepRouterAdvertisements(kernel);
                }
                changes.add(new Change.Set(setting.setting(), setting.link(), setting.value()));
            }
        }
    }

    /// A host that forwards ignores router advertisements unless told otherwise (`accept_ra` 2):
    /// without this, the host would lose its own IPv6 routes when containers get theirs.
    private void keepRouterAdvertisements(Kernel kernel) throws IOException {
        for (Link link : actual.links()) {
            Integer value = kernel.setting(LinkSetting.IPV6_ACCEPT_RA, link.name());
            if (value != null && value == 1 && !Snapshot.isOurs(link)) {
                changes.add(new Change.Set(LinkSetting.IPV6_ACCEPT_RA, link.name(), 2));
            }
        }
    }

    private void links() {
        for (Wish.LinkWish wished : wish.links()) {
            Link link = actual.link(wished.link());
            if (link == null) {
                continue;
            }
            LinkSettings settings = LinkSettings.NONE;
            if (link.mtu() != wished.mtu()) {
                settings = settings.withMtu(wished.mtu());
            }
            if (!link.up()) {
                settings = settings.withUp(true);
            }
            if (!settings.equals(LinkSettings.NONE)) {
                changes.add(new Change.SetLink(link.index(), settings));
            }
        }
    }

    private void addresses() {
        Set<Integer> ours =
                wish.links().stream().map(Wish.LinkWish::link).collect(Collectors.toSet());
        Set<AddressKey> wanted =
                wish.addresses().stream().map(AddressKey::of).collect(Collectors.toSet());
        Set<AddressKey> present = new HashSet<>();
        for (AssignedAddress address : actual.addresses()) {
            AddressKey key = AddressKey.of(address);
            present.add(key);
            boolean linkLocal = address.address().address().isLinkLocalAddress();
            if (ours.contains(address.link()) && !linkLocal && !wanted.contains(key)) {
                changes.add(new Change.DeleteAddress(address));
            }
        }
        for (AssignedAddress address : wish.addresses()) {
            if (!present.contains(AddressKey.of(address))) {
                changes.add(new Change.AddAddress(address));
            }
        }
    }

    private void localRule() {
        if (wish.rulesBeforeLocal() && actual.rules().stream().anyMatch(Snapshot::isFirstLocal)) {
            changes.add(new Change.MoveLocalRule());
        }
    }

    private void rules() {
        List<Rule> present =
                actual.rules().stream().filter(rule -> isOurs(rule.protocol())).toList();
        for (Rule rule : wish.rules()) {
            if (!present.contains(rule)) {
                changes.add(new Change.AddRule(rule));
            }
        }
        for (Rule rule : present) {
            if (!wish.rules().contains(rule)) {
                changes.add(new Change.DeleteRule(rule));
            }
        }
    }

    private void routes() {
        Map<RouteKey, RouteValue> present = new HashMap<>();
        Set<RouteKey> wanted = wish.routes().stream().map(RouteKey::of).collect(Collectors.toSet());
        for (Route route : actual.routes()) {
            if (!isOurs(route.protocol())) {
                continue;
            }
            present.put(RouteKey.of(route), RouteValue.of(route));
            if (!wanted.contains(RouteKey.of(route))) {
                changes.add(new Change.DeleteRoute(route));
            }
        }
        for (Route route : wish.routes()) {
            RouteValue ours = present.get(RouteKey.of(route));
            if (ours == null) {
                changes.add(new Change.AddRoute(route));
            } else if (!ours.equals(RouteValue.of(route))) {
                changes.add(new Change.ReplaceRoute(route));
            }
        }
    }

    private static boolean isOurs(int protocol) {
        return protocol == RtnetlinkConstants.RTPROT_WARREN;
    }

    private record AddressKey(int link, Cidr address) {
        static AddressKey of(AssignedAddress address) {
            return new AddressKey(address.link(), address.address());
        }
    }

    /// What the kernel tells routes apart by.
    private record RouteKey(Cidr destination, int table, int priority) {
        static RouteKey of(Route route) {
            int table =
                    route.table() == RtnetlinkConstants.RT_TABLE_UNSPEC
                            ? RtnetlinkConstants.RT_TABLE_MAIN
                            : route.table();
            return new RouteKey(route.destination().masked(), table, route.priority());
        }
    }

    /// What of a route can differ from the wish. The kernel names a link even for routes that lead
    /// nowhere (`lo`, for IPv6), which says nothing.
    private record RouteValue(
            Route.Type type,
            @Nullable InetAddress gateway,
            int link,
            @Nullable InetAddress source,
            int mtu) {
        static RouteValue of(Route route) {
            boolean leads = route.type() == Route.Type.UNICAST;
            return new RouteValue(
                    route.type(),
                    route.gateway(),
                    leads ? route.link() : 0,
                    route.source(),
                    route.mtu());
        }
    }
}
