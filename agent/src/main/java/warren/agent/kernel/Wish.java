// SPDX-License-Identifier: Apache-2.0
package warren.agent.kernel;

import java.util.ArrayList;
import java.util.List;
import warren.linux.route.AssignedAddress;
import warren.linux.route.Route;
import warren.linux.route.Rule;
import warren.linux.sysctl.LinkSetting;

/// How Warren's part of the network stack should be. Immutable.
///
/// @param links Warren's links that are there, and how each should be set
/// @param settings kernel settings of links
/// @param addresses all that Warren's links should have, link-local ones of the kernel apart
/// @param routes all of Warren's protocol number
/// @param rules likewise
/// @param rulesBeforeLocal whether some of the rules have to come before the local addresses
public record Wish(
        List<LinkWish> links,
        List<Setting> settings,
        List<AssignedAddress> addresses,
        List<Route> routes,
        List<Rule> rules,
        boolean rulesBeforeLocal) {
    public Wish {
        links = List.copyOf(links);
        settings = List.copyOf(settings);
        addresses = List.copyOf(addresses);
        routes = List.copyOf(routes);
        rules = List.copyOf(rules);
    }

    /// That nothing of Warren's is left but its links.
    public static Wish nothing() {
        return new Builder().build();
    }

    /// One of Warren's links: up, and of this MTU.
    public record LinkWish(int link, int mtu) {}

    public record Setting(LinkSetting setting, String link, int value) {}

    /// Collects a wish. Confined to one thread.
    static final class Builder {
        final List<LinkWish> links = new ArrayList<>();
        final List<Setting> settings = new ArrayList<>();
        final List<AssignedAddress> addresses = new ArrayList<>();
        final List<Route> routes = new ArrayList<>();
        final List<Rule> rules = new ArrayList<>();
        boolean rulesBeforeLocal;

        Wish build() {
            return new Wish(links, settings, addresses, routes, rules, rulesBeforeLocal);
        }
    }
}
