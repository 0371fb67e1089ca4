// SPDX-License-Identifier: Apache-2.0
package warren.agent.kernel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import warren.linux.errno.Errno;
import warren.linux.netlink.NetlinkException;
import warren.linux.route.Family;
import warren.linux.route.Route;
import warren.linux.route.RouteFilter;
import warren.linux.route.Rtnetlink;
import warren.linux.route.RtnetlinkConstants;
import warren.linux.route.Rule;
import warren.linux.sysctl.LinkSetting;
import warren.linux.sysctl.Sysctl;

/// The real network stack, of the namespace that the agent runs in.
public final class NetlinkKernel implements Kernel, AutoCloseable {
    private final Rtnetlink rtnetlink;

    private NetlinkKernel(Rtnetlink rtnetlink) {
        this.rtnetlink = rtnetlink;
    }

    public static NetlinkKernel open() throws IOException {
        return new NetlinkKernel(Rtnetlink.open());
    }

    @Override
    public Snapshot snapshot() throws IOException {
        return snapshot(RtnetlinkConstants.RT_TABLE_MAIN);
    }

    @Override
    public Snapshot everything() throws IOException {
        return snapshot(RtnetlinkConstants.RT_TABLE_UNSPEC);
    }

    private Snapshot snapshot(int table) throws IOException {
        List<Route> routes = new ArrayList<>();
        List<Rule> rules = new ArrayList<>();
        for (Family family : Family.values()) {
            routes.addAll(rtnetlink.routes(RouteFilter.all(family).inTable(table)));
            rules.addAll(rtnetlink.rules(family));
        }
        return new Snapshot(rtnetlink.links(), rtnetlink.addresses(), routes, rules);
    }

    @Override
    public void apply(Change change) throws IOException {
        switch (change) {
            case Change.SetLink(var link, var settings) -> rtnetlink.linkSet(link, settings);
            case Change.DeleteLink(var link) -> rtnetlink.linkDelete(link);
            case Change.AddAddress(var address) -> rtnetlink.addressReplace(address);
            case Change.DeleteAddress(var address) -> rtnetlink.addressDelete(address);
            case Change.AddRoute(var route) -> addRoute(route);
            case Change.ReplaceRoute(var route) -> rtnetlink.routeReplace(route);
            case Change.DeleteRoute(var route) -> rtnetlink.routeDelete(route);
            case Change.AddRule(var rule) -> addRule(rule);
            case Change.DeleteRule(var rule) -> rtnetlink.ruleDelete(rule);
            case Change.MoveLocalRule() -> moveLocalRule();
            case Change.Set(var setting, var link, int value) ->
                    Sysctl.of(setting, link).write(value);
        }
    }

    private void moveLocalRule() throws IOException {
        Rule.Builder local =
                Rule.forFamily(Family.INET6)
                        .lookup(RtnetlinkConstants.RT_TABLE_LOCAL)
                        .protocol(RtnetlinkConstants.RTPROT_KERNEL);
        addRule(local.priority(Change.MoveLocalRule.LOCAL_PRIORITY).build());
        List<Rule> present =
                rtnetlink.rules(Family.INET6).stream().filter(Snapshot::isLocal).toList();
        boolean moved =
                present.stream()
                        .anyMatch(rule -> rule.priority() == Change.MoveLocalRule.LOCAL_PRIORITY);
        if (moved && present.stream().anyMatch(Snapshot::isFirstLocal)) {
            // Without a priority the first that matches goes, which is the one at 0.
            rtnetlink.ruleDelete(local.priority(0).build());
        }
    }

    private void addRoute(Route route) throws IOException {
        try {
            rtnetlink.routeAdd(route);
        } catch (NetlinkException e) {
            if (e.errno() == Errno.EEXIST) {
                throw new IOException(
                        "a route to "
                                + route.destination()
                                + " with metric "
                                + route.priority()
                                + " is there and not Warren's; remove it, or give it another"
                                + " metric",
                        e);
            }
            throw e;
        }
    }

    private void addRule(Rule rule) throws IOException {
        try {
            rtnetlink.ruleAdd(rule);
        } catch (NetlinkException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
    }

    @Override
    public @Nullable Integer setting(LinkSetting setting, String link) throws IOException {
        Sysctl sysctl = Sysctl.of(setting, link);
        return sysctl.exists() ? (Integer) sysctl.read() : null;
    }

    @Override
    public void close() {
        rtnetlink.close();
    }
}
