// SPDX-License-Identifier: Apache-2.0
package warren.agent.kernel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import warren.linux.route.AssignedAddress;
import warren.linux.route.Cidr;
import warren.linux.route.Family;
import warren.linux.route.Link;
import warren.linux.route.LinkSettings;
import warren.linux.route.Route;
import warren.linux.route.RtnetlinkConstants;
import warren.linux.route.Rule;
import warren.linux.sysctl.LinkSetting;

/// A network stack in memory that says its state in the words of `ip` and `sysctl`, so that anyone
/// who knows Linux can judge a test's expectation.
public final class FakeKernel implements Kernel {
    private final List<Link> links = new ArrayList<>();
    private final List<AssignedAddress> addresses = new ArrayList<>();
    private final List<Route> routes = new ArrayList<>();
    private final List<Rule> rules = new ArrayList<>();
    private final Map<String, Integer> settings = new HashMap<>();
    private int changes;

    public FakeKernel() {
        rules.add(local(0));
    }

    private static Rule local(int priority) {
        return Rule.forFamily(Family.INET6)
                .lookup(RtnetlinkConstants.RT_TABLE_LOCAL)
                .protocol(RtnetlinkConstants.RTPROT_KERNEL)
                .priority(priority)
                .build();
    }

    /// Adds a link that is down, with the settings that Linux gives new links.
    public Link addLink(String name, String kind, int mtu, @Nullable String alias) {
        Link link = new Link(links.size() + 1, name, kind, mtu, false, true, null, alias, 0, 0, -1);
        links.add(link);
        for (LinkSetting setting : LinkSetting.values()) {
            settings.put(key(setting, name), 0);
        }
        settings.put(key(LinkSetting.IPV6_ACCEPT_RA, name), 1);
        settings.putIfAbsent(key(LinkSetting.IPV6_FORWARDING, "all"), 0);
        return link;
    }

    /// Puts an address there, as an administrator would.
    public void assign(Link link, String address) {
        addresses.add(new AssignedAddress(link.index(), Cidr.parse(address), null, null, Set.of()));
    }

    /// Puts a route there, as an administrator would.
    public void route(Route route) {
        routes.add(route);
    }

    public void deleteOurRoutes() {
        routes.removeIf(route -> route.protocol() == RtnetlinkConstants.RTPROT_WARREN);
    }

    /// How many changes were applied so far.
    public int changes() {
        return changes;
    }

    @Override
    public Snapshot snapshot() {
        return new Snapshot(links, addresses, routes, rules);
    }

    @Override
    public Snapshot everything() {
        return snapshot();
    }

    @Override
    public @Nullable Integer setting(LinkSetting setting, String link) {
        return settings.get(key(setting, link));
    }

    @Override
    public void apply(Change change) {
        changes++;
        switch (change) {
            case Change.SetLink(int index, LinkSettings wanted) -> set(index, wanted);
            case Change.DeleteLink(int index) -> links.removeIf(link -> link.index() == index);
            case Change.AddAddress(var address) -> addresses.add(address);
            case Change.DeleteAddress(var address) -> addresses.remove(address);
            case Change.AddRoute(var route) -> {
                if (routes.stream().anyMatch(other -> sameKey(other, route))) {
                    throw new IllegalStateException("exists: " + route);
                }
                routes.add(route);
            }
            case Change.ReplaceRoute(var route) -> {
                routes.removeIf(other -> sameKey(other, route));
                routes.add(route);
            }
            case Change.DeleteRoute(var route) -> routes.remove(route);
            case Change.AddRule(var rule) -> rules.add(rule);
            case Change.DeleteRule(var rule) -> rules.remove(rule);
            case Change.MoveLocalRule() ->
                    rules.replaceAll(rule -> Snapshot.isFirstLocal(rule) ? local(2) : rule);
            case Change.Set(var setting, var link, int value) ->
                    settings.put(key(setting, link), value);
        }
    }

    private void set(int index, LinkSettings wanted) {
        links.replaceAll(
                link ->
                        link.index() != index
                                ? link
                                : new Link(
                                        link.index(),
                                        link.name(),
                                        link.kind(),
                                        wanted.mtu() == null ? link.mtu() : wanted.mtu(),
                                        wanted.up() == null ? link.up() : wanted.up(),
                                        link.carrier(),
                                        link.address(),
                                        wanted.alias() == null ? link.alias() : wanted.alias(),
                                        link.master(),
                                        link.peer(),
                                        link.peerNamespace()));
    }

    private static boolean sameKey(Route one, Route other) {
        return one.destination().equals(other.destination())
                && one.table() == other.table()
                && one.priority() == other.priority();
    }

    private static String key(LinkSetting setting, String link) {
        return setting + " " + link;
    }

    /// The whole state, one line a thing.
    public String render() {
        StringBuilder text = new StringBuilder();
        for (Link link : links) {
            text.append("link ").append(link.name()).append(" mtu ").append(link.mtu());
            text.append(link.up() ? " up" : " down");
            text.append(link.alias() == null ? "" : " alias " + link.alias()).append('\n');
        }
        for (AssignedAddress address : addresses) {
            text.append("addr ").append(text(address.address()));
            text.append(" dev ").append(name(address.link())).append('\n');
        }
        new TreeSet<>(settings.keySet())
                .forEach(
                        key -> {
                            int value = settings.get(key);
                            boolean initial = value == (key.startsWith("IPV6_ACCEPT_RA") ? 1 : 0);
                            text.append(initial ? "" : "sysctl " + key + " = " + value + "\n");
                        });
        rules.forEach(rule -> text.append(text(rule)).append('\n'));
        routes.forEach(route -> text.append(text(route)).append('\n'));
        return text.toString();
    }

    private String text(Route route) {
        StringBuilder text = new StringBuilder("route ");
        if (route.type() != Route.Type.UNICAST) {
            text.append(route.type().name().toLowerCase(java.util.Locale.ROOT)).append(' ');
        }
        text.append(text(route.destination()));
        if (route.gateway() != null) {
            text.append(" via ").append(route.gateway().getHostAddress());
        }
        if (route.link() != 0) {
            text.append(" dev ").append(name(route.link()));
        }
        if (route.source() != null) {
            text.append(" src ").append(short6(route.source().getHostAddress()));
        }
        text.append(" proto ").append(route.protocol());
        return text.append(" metric ").append(route.priority()).toString();
    }

    private static String text(Rule rule) {
        StringBuilder text = new StringBuilder("rule ").append(rule.priority()).append(':');
        text.append(rule.from() == null ? " from all" : " from " + text(rule.from()));
        text.append(rule.to() == null ? "" : " to " + text(rule.to()));
        text.append(rule.iif() == null ? "" : " iif " + rule.iif());
        if (rule.action() != Rule.Action.LOOKUP) {
            return text.append(" prohibit").toString();
        }
        boolean local = rule.table() == RtnetlinkConstants.RT_TABLE_LOCAL;
        return text.append(local ? " lookup local" : " lookup main").toString();
    }

    private static String text(Cidr cidr) {
        return short6(cidr.address().getHostAddress()) + "/" + cidr.prefixLength();
    }

    private static String short6(String address) {
        return warren.wireguard.IpAddress.parse(address).toString();
    }

    private String name(int index) {
        return links.stream()
                .filter(link -> link.index() == index)
                .map(Link::name)
                .findFirst()
                .orElse("?");
    }
}
