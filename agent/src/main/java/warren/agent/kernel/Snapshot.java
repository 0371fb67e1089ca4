// SPDX-License-Identifier: Apache-2.0
package warren.agent.kernel;

import java.util.List;
import org.jspecify.annotations.Nullable;
import warren.linux.route.AssignedAddress;
import warren.linux.route.Family;
import warren.linux.route.Link;
import warren.linux.route.Route;
import warren.linux.route.RtnetlinkConstants;
import warren.linux.route.Rule;

/// The network stack at one moment, as it was listed. Immutable.
public record Snapshot(
        List<Link> links, List<AssignedAddress> addresses, List<Route> routes, List<Rule> rules) {
    public Snapshot {
        links = List.copyOf(links);
        addresses = List.copyOf(addresses);
        routes = List.copyOf(routes);
        rules = List.copyOf(rules);
    }

    public @Nullable Link link(String name) {
        return links.stream().filter(link -> link.name().equals(name)).findFirst().orElse(null);
    }

    public @Nullable Link link(int index) {
        return links.stream().filter(link -> link.index() == index).findFirst().orElse(null);
    }

    /// Whether Warren made this link.
    public static boolean isOurs(Link link) {
        return Kernel.ALIAS.equals(link.alias());
    }

    /// Whether this is IPv6's rule for local addresses at the place where the kernel puts it.
    static boolean isFirstLocal(Rule rule) {
        return isLocal(rule) && rule.priority() == 0;
    }

    /// Whether this is IPv6's rule for local addresses, wherever it is.
    static boolean isLocal(Rule rule) {
        return rule.family() == Family.INET6
                && rule.action() == Rule.Action.LOOKUP
                && rule.table() == RtnetlinkConstants.RT_TABLE_LOCAL
                && rule.from() == null
                && rule.to() == null
                && rule.iif() == null
                && rule.oif() == null;
    }
}
