// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import warren.linux.errno.Errno;
import warren.linux.namespace.TestNamespace;
import warren.linux.netlink.NetlinkException;
import warren.linux.testing.LeakCheck;

/// Against the kernel, with `ip` as the judge.
@Tag("root")
@ExtendWith(LeakCheck.class)
class RtnetlinkTest {
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:07");

    private TestNamespace here;
    private TestNamespace there;
    private Rtnetlink rtnetlink;

    @BeforeEach
    void openNamespaces() throws IOException {
        here = TestNamespace.create();
        there = TestNamespace.create();
        rtnetlink = Rtnetlink.open(here.namespace());
    }

    @AfterEach
    void closeNamespaces() {
        rtnetlink.close();
        there.close();
        here.close();
    }

    @Test
    void linksAreThoseThatIpLists() throws IOException {
        here.ip("link add wnlbr0 type bridge");
        here.ip("link add wnlveth0 mtu 1400 type veth peer name wnlveth1");
        here.ip("link set wnlveth0 alias warren:one master wnlbr0 up");
        here.command("ip tuntap add wnltun0 mode tun");

        var expected = new ArrayList<String>();
        for (var node : here.ipJson("-d link")) {
            expected.add(describe(node));
        }
        assertEquals(expected, rtnetlink.links().stream().map(RtnetlinkTest::describe).toList());
        assertEquals(5, expected.size());
    }

    private static String describe(JsonNode link) {
        var flags = link.get("flags").toString();
        return link.get("ifindex").asInt()
                + " "
                + link.get("ifname").asString()
                + " "
                + link.path("linkinfo").path("info_kind").asString("null")
                + " "
                + link.get("mtu").asInt()
                + (flags.contains("\"UP\"") ? " up" : "")
                + (flags.contains("\"LOWER_UP\"") ? " carrier" : "")
                + " "
                + link.path("address").asString("null")
                + " "
                + link.path("ifalias").asString("null")
                + " "
                + link.path("master").asString("none");
    }

    private static String describe(Link link) {
        return link.index()
                + " "
                + link.name()
                + " "
                + link.kind()
                + " "
                + link.mtu()
                + (link.up() ? " up" : "")
                + (link.carrier() ? " carrier" : "")
                + " "
                + link.address()
                + " "
                + link.alias()
                + " "
                + (link.master() == 0 ? "none" : "wnlbr0");
    }

    @Test
    void vethPeerComesToLifeInTheOtherNamespace() throws IOException {
        var made =
                rtnetlink.linkAdd(
                        new NewLink.Veth(
                                "wnl0",
                                LinkSettings.NONE.withMtu(1380).withAlias("warren").withUp(true),
                                new NewLink.Peer("eth0", 1380, MAC, there.namespace())));
        there.ip("link set eth0 up");
        made = rtnetlink.link(made.index());

        assertEquals("veth", made.kind());
        assertEquals("warren", made.alias());
        assertEquals(1380, made.mtu());
        assertTrue(made.up() && made.carrier());
        assertTrue(made.peerNamespace() >= 0);
        var peer = there.ipJson("link show dev eth0").getFirst();
        assertEquals(made.peer(), peer.get("ifindex").asInt());
        assertEquals(MAC.toString(), peer.get("address").asString());
        assertEquals(1380, peer.get("mtu").asInt());
        assertTrue(peer.get("flags").toString().contains("\"UP\""));
        assertEquals(made, rtnetlink.link("wnl0"));
        assertEquals(made, rtnetlink.link(made.index()));

        assertTrue(rtnetlink.linkDelete(made.index()));
        assertFalse(rtnetlink.linkDelete(made.index()));
        assertNull(rtnetlink.link("wnl0"));
        assertNull(rtnetlink.link(made.index()));
        assertEquals(1, there.ipJson("link").size());
    }

    @Test
    void linkSetTouchesOnlyWhatItNames() throws IOException {
        var made =
                rtnetlink.linkAdd(new NewLink.Bridge("wnl0", LinkSettings.NONE.withAddress(MAC)));
        rtnetlink.linkSet(made.index(), LinkSettings.NONE.withMtu(1300));
        rtnetlink.linkSet(made.index(), LinkSettings.NONE.withAlias("warren"));
        rtnetlink.linkSet(made.index(), LinkSettings.NONE.withName("wnl1"));
        rtnetlink.linkSet(made.index(), LinkSettings.NONE);
        var set =
                new Link(
                        made.index(),
                        "wnl1",
                        "bridge",
                        1300,
                        false,
                        false,
                        MAC,
                        "warren",
                        0,
                        0,
                        -1);
        assertEquals(set, rtnetlink.link(made.index()));

        rtnetlink.linkSet(made.index(), LinkSettings.NONE.withUp(true));
        assertTrue(rtnetlink.link("wnl1").up());
        rtnetlink.linkSet(made.index(), LinkSettings.NONE.withAlias("").withUp(false));
        assertNull(rtnetlink.link("wnl1").alias());
        assertFalse(rtnetlink.link("wnl1").up());
        assertEquals(1300, rtnetlink.link("wnl1").mtu());
    }

    @Test
    void refusedLinkLeavesNothingBehind() throws IOException {
        var settings = LinkSettings.NONE.withMaster(4711).withAlias("warren");
        assertThrows(
                NetlinkException.class,
                () -> rtnetlink.linkAdd(new NewLink.Bridge("wnl0", settings)));
        assertNull(rtnetlink.link("wnl0"));
    }

    @Test
    void secondLinkOfANameIsRefusedAndTheFirstStays() throws IOException {
        var link = new NewLink.Bridge("wnl0", LinkSettings.NONE);
        var first = rtnetlink.linkAdd(link);
        var refusal = assertThrows(NetlinkException.class, () -> rtnetlink.linkAdd(link));
        assertEquals(Errno.EEXIST, refusal.errno());
        assertEquals(first, rtnetlink.link("wnl0"));
    }

    @Test
    void bridgeAndVxlanAreMadeAsIpSeesThem() throws IOException {
        var bridge = rtnetlink.linkAdd(new NewLink.Bridge("wnlbr", LinkSettings.NONE));
        var lo = rtnetlink.link("lo").index();
        rtnetlink.linkAdd(
                new NewLink.Vxlan(
                        "wnlvx",
                        LinkSettings.NONE.withMaster(bridge.index()).withMtu(1230),
                        7000,
                        4789,
                        InetAddress.ofLiteral("127.0.0.1"),
                        lo));
        var seen = here.ipJson("-d link show dev wnlvx").getFirst();
        var data = seen.get("linkinfo").get("info_data");
        assertEquals(7000, data.get("id").asInt());
        assertEquals(4789, data.get("port").asInt());
        assertEquals("127.0.0.1", data.get("local").asString());
        assertEquals("lo", data.get("link").asString());
        assertFalse(data.get("learning").asBoolean());
        assertEquals("wnlbr", seen.get("master").asString());
        assertEquals(1230, seen.get("mtu").asInt());
    }

    @Test
    void linkMovesToAnotherNamespace() throws IOException {
        rtnetlink.linkMove(vethUp("wnl0"), there.namespace());
        assertNull(rtnetlink.link("wnl0"));
        try (var other = Rtnetlink.open(there.namespace())) {
            assertEquals("veth", other.link("wnl0").kind());
            assertFalse(other.link("wnl0").up());
        }
    }

    @Test
    void addressesAreThoseThatIpLists() throws IOException {
        int link = vethUp("wnl0");
        var v4 = AssignedAddress.bare(link, Cidr.parse("10.100.0.1/32"));
        var v6 = AssignedAddress.bare(link, Cidr.parse("fd00::1/128"));
        rtnetlink.addressAdd(v4);
        rtnetlink.addressAdd(v6);
        var pointToPoint =
                new AssignedAddress(
                        link,
                        Cidr.parse("192.0.2.1/32"),
                        InetAddress.ofLiteral("192.0.2.9"),
                        Scope.LINK,
                        Set.of());
        rtnetlink.addressAdd(pointToPoint);
        var printed = here.ipJson("addr show dev wnl0").getFirst().get("addr_info");
        var seen = new ArrayList<String>();
        for (var node : printed) {
            if (!node.get("local").asString().startsWith("fe80")) {
                seen.add(describeAddress(node));
            }
        }
        assertEquals(
                Set.of(
                        "10.100.0.1/32 null global noprefixroute",
                        "192.0.2.1/32 192.0.2.9 link",
                        "fd00::1/128 null global noprefixroute nodad"),
                Set.copyOf(seen));

        var listed = onLink(link);
        assertTrue(listed.contains(asKernelHasIt(v6)), listed.toString());
        assertTrue(
                listed.contains(
                        new AssignedAddress(
                                link,
                                pointToPoint.address(),
                                pointToPoint.remote(),
                                Scope.LINK,
                                Set.of(AssignedAddress.Flag.PERMANENT))),
                listed.toString());
        assertEquals(3, listed.size());
        assertEquals(
                List.of(),
                rtnetlink.routes(RouteFilter.all(Family.INET6).byLink(link)).stream()
                        .filter(r -> r.destination().contains(InetAddress.ofLiteral("fd00::1")))
                        .filter(r -> r.table() == RtnetlinkConstants.RT_TABLE_MAIN)
                        .toList());

        assertThrows(NetlinkException.class, () -> rtnetlink.addressAdd(v4));
        rtnetlink.addressReplace(v4);
        assertTrue(rtnetlink.addressDelete(v4));
        assertFalse(rtnetlink.addressDelete(v4));
        assertTrue(rtnetlink.addressDelete(v6));
        assertEquals(1, onLink(link).size());
    }

    private static AssignedAddress asKernelHasIt(AssignedAddress bare) {
        return new AssignedAddress(
                bare.link(),
                bare.address(),
                null,
                Scope.UNIVERSE,
                Set.of(
                        AssignedAddress.Flag.NODAD,
                        AssignedAddress.Flag.NOPREFIXROUTE,
                        AssignedAddress.Flag.PERMANENT));
    }

    private List<AssignedAddress> onLink(int link) throws IOException {
        return rtnetlink.addresses().stream()
                .filter(a -> a.link() == link && !a.address().address().isLinkLocalAddress())
                .toList();
    }

    private static String describeAddress(JsonNode node) {
        return node.get("local").asString()
                + "/"
                + node.get("prefixlen").asInt()
                + " "
                + node.path("address").asString("null")
                + " "
                + node.get("scope").asString()
                + (node.path("noprefixroute").asBoolean(false) ? " noprefixroute" : "")
                + (node.path("nodad").asBoolean(false) ? " nodad" : "");
    }

    @Test
    void routesAreThoseThatIpLists() throws IOException {
        int link = vethUp("wnl0");
        here.ip("addr add 192.0.2.1/24 dev wnl0");
        var source = InetAddress.ofLiteral("192.0.2.1");
        var gateway = InetAddress.ofLiteral("192.0.2.254");
        rtnetlink.routeAdd(
                Route.to(Cidr.parse("10.100.0.0/16")).dev(link).source(source).mtu(1420).build());
        rtnetlink.routeAdd(
                Route.to(Cidr.parse("0.0.0.0/0")).via(gateway).priority(50).table(5100).build());
        rtnetlink.routeAdd(
                Route.to(Cidr.parse("10.101.0.0/16"))
                        .dev(link)
                        .viaOnlink(InetAddress.ofLiteral("169.254.1.1"))
                        .build());
        rtnetlink.routeAdd(
                Route.to(Cidr.parse("10.102.0.0/16")).type(Route.Type.BLACKHOLE).build());
        rtnetlink.routeAdd(
                Route.to(Cidr.parse("10.103.0.0/16"))
                        .dev(link)
                        .viaOnlink(InetAddress.ofLiteral("fe80::1"))
                        .build());

        var seen = new ArrayList<String>();
        for (var node : here.ipJson("-d route show table all proto 119")) {
            seen.add(describeRoute(node));
        }
        assertEquals(
                Set.of(
                        "unicast default via 192.0.2.254 dev wnl0 table 5100 metric 50",
                        "unicast 10.100.0.0/16 dev wnl0 src 192.0.2.1 scope link mtu 1420",
                        "unicast 10.101.0.0/16 via 169.254.1.1 dev wnl0 onlink",
                        "blackhole 10.102.0.0/16",
                        "unicast 10.103.0.0/16 via fe80::1 dev wnl0 onlink"),
                Set.copyOf(seen));
    }

    private static String describeRoute(JsonNode node) {
        var via = node.path("via").path("host").asString(node.path("gateway").asString(""));
        var mtu =
                node.path("metrics").isEmpty()
                        ? ""
                        : node.get("metrics").get(0).path("mtu").asString("");
        var scope = node.path("scope").asString("");
        return node.get("type").asString()
                + " "
                + node.get("dst").asString()
                + (via.isEmpty() ? "" : " via " + via)
                + (node.has("dev") ? " dev " + node.get("dev").asString() : "")
                + (node.has("prefsrc") ? " src " + node.get("prefsrc").asString() : "")
                + (scope.equals("link") ? " scope link" : "")
                + (node.has("table") && !node.get("table").asString().equals("main")
                        ? " table " + node.get("table").asString()
                        : "")
                + (node.has("metric") ? " metric " + node.get("metric").asString() : "")
                + (mtu.isEmpty() ? "" : " mtu " + mtu)
                + (node.path("flags").toString().contains("onlink") ? " onlink" : "");
    }

    @Test
    void routesComeBackAsTheyWereWritten() throws IOException {
        int link = vethUp("wnl0");
        here.ip("addr add 192.0.2.1/24 dev wnl0");
        here.ip("addr add 2001:db8::1/64 dev wnl0 nodad");
        var routes =
                List.of(
                        Route.to(Cidr.parse("10.100.0.0/16"))
                                .dev(link)
                                .source(InetAddress.ofLiteral("192.0.2.1"))
                                .mtu(1420)
                                .priority(7)
                                .scope(Scope.LINK)
                                .table(254)
                                .build(),
                        Route.to(Cidr.parse("10.101.0.1/32"))
                                .dev(link)
                                .viaOnlink(InetAddress.ofLiteral("fe80::1"))
                                .scope(Scope.UNIVERSE)
                                .table(70000)
                                .build(),
                        Route.to(Cidr.parse("10.102.0.0/16"))
                                .type(Route.Type.PROHIBIT)
                                .scope(Scope.UNIVERSE)
                                .table(254)
                                .build(),
                        Route.to(Cidr.parse("fd00:1::/48"))
                                .dev(link)
                                .source(InetAddress.ofLiteral("2001:db8::1"))
                                .mtu(1400)
                                .priority(1024)
                                .scope(Scope.UNIVERSE)
                                .table(254)
                                .build(),
                        Route.to(Cidr.parse("::/0"))
                                .dev(link)
                                .via(InetAddress.ofLiteral("2001:db8::2"))
                                .priority(3)
                                .scope(Scope.UNIVERSE)
                                .table(5100)
                                .build());
        for (var route : routes) {
            rtnetlink.routeAdd(route);
            var filter =
                    RouteFilter.all(route.destination().family())
                            .ofProtocol(RtnetlinkConstants.RTPROT_WARREN)
                            .inTable(route.table());
            var same =
                    rtnetlink.routes(filter).stream()
                            .filter(r -> r.destination().equals(route.destination()))
                            .toList();
            assertEquals(List.of(route), same);
        }
        for (var route : routes) {
            assertTrue(rtnetlink.routeDelete(route), route.toString());
            assertFalse(rtnetlink.routeDelete(route), route.toString());
        }
        assertEquals(List.of(), ours(Family.INET));
        assertEquals(List.of(), ours(Family.INET6));
    }

    private List<Route> ours(Family family) throws IOException {
        return rtnetlink.routes(
                RouteFilter.all(family).ofProtocol(RtnetlinkConstants.RTPROT_WARREN));
    }

    @Test
    void replacedRouteIsOneRouteWithTheNewMtu() throws IOException {
        int link = vethUp("wnl0");
        for (var destination : List.of("10.100.0.0/16", "fd00:1::/48")) {
            var prefix = Cidr.parse(destination);
            rtnetlink.routeReplace(Route.to(prefix).dev(link).mtu(1400).build());
            rtnetlink.routeReplace(Route.to(prefix).dev(link).mtu(1300).build());
            var listed = ours(prefix.family());
            assertEquals(1, listed.size());
            assertEquals(1300, listed.getFirst().mtu());
        }
    }

    @Test
    void hostBitsOfADestinationAreCleared() throws IOException {
        int link = vethUp("wnl0");
        rtnetlink.routeAdd(Route.to(Cidr.parse("10.100.3.7/16")).dev(link).build());
        assertEquals(Cidr.parse("10.100.0.0/16"), ours(Family.INET).getFirst().destination());
    }

    @Test
    void routesOfATableThatNobodyUsedAreNone() throws IOException {
        assertEquals(List.of(), rtnetlink.routes(RouteFilter.all(Family.INET).inTable(4711)));
        assertEquals(List.of(), rtnetlink.routes(RouteFilter.all(Family.INET6).inTable(4711)));
    }

    @Test
    void refusalCarriesTheKernelsWords() {
        var route =
                Route.to(Cidr.parse("10.100.0.0/16"))
                        .via(InetAddress.ofLiteral("192.0.2.254"))
                        .build();
        var refusal = assertThrows(NetlinkException.class, () -> rtnetlink.routeAdd(route));
        assertEquals(Errno.ENETUNREACH, refusal.errno());
        assertEquals("Nexthop has invalid gateway", refusal.kernelText());
        assertEquals(
                "route add 10.100.0.0/16: ENETUNREACH (network is unreachable): "
                        + "Nexthop has invalid gateway",
                refusal.getMessage());
    }

    @Test
    void rulesAreThoseThatIpLists() throws IOException {
        rtnetlink.ruleAdd(
                Rule.forFamily(Family.INET)
                        .iif("wnl0")
                        .from(Cidr.parse("10.100.0.0/16"))
                        .lookup(5100)
                        .priority(100)
                        .build());
        rtnetlink.ruleAdd(
                Rule.forFamily(Family.INET)
                        .to(Cidr.parse("10.100.0.0/16"))
                        .mark(0x51, 0xff)
                        .inverted()
                        .action(Rule.Action.PROHIBIT)
                        .priority(101)
                        .build());
        rtnetlink.ruleAdd(
                Rule.forFamily(Family.INET6)
                        .to(Cidr.parse("fd00::/8"))
                        .action(Rule.Action.UNREACHABLE)
                        .priority(102)
                        .build());
        assertEquals(
                List.of(
                        "0:\tfrom all lookup local",
                        "100:\tfrom 10.100.0.0/16 iif wnl0 [detached] lookup 5100 proto 119",
                        "101:\tnot from all to 10.100.0.0/16 fwmark 0x51/0xff prohibit proto 119",
                        "32766:\tfrom all lookup main",
                        "32767:\tfrom all lookup default"),
                here.ip("rule").lines().map(String::strip).toList());
        assertEquals(
                "102:\tfrom all to fd00::/8 unreachable proto 119",
                here.ip("-6 rule").lines().map(String::strip).toList().get(1));
    }

    @Test
    void rulesComeBackAsTheyWereWritten() throws IOException {
        var rules =
                List.of(
                        Rule.forFamily(Family.INET)
                                .iif("wnl0")
                                .from(Cidr.parse("10.100.0.0/16"))
                                .lookup(70000)
                                .priority(100)
                                .build(),
                        Rule.forFamily(Family.INET)
                                .oif("wnl1")
                                .mark(1, 3)
                                .inverted()
                                .action(Rule.Action.PROHIBIT)
                                .priority(101)
                                .build(),
                        Rule.forFamily(Family.INET6)
                                .to(Cidr.parse("fd00::/8"))
                                .action(Rule.Action.UNREACHABLE)
                                .priority(102)
                                .build());
        for (var rule : rules) {
            rtnetlink.ruleAdd(rule);
            var refusal = assertThrows(NetlinkException.class, () -> rtnetlink.ruleAdd(rule));
            assertEquals(Errno.EEXIST, refusal.errno());
            assertTrue(rtnetlink.rules(rule.family()).contains(rule), rule.toString());
        }
        for (var rule : rules) {
            assertTrue(rtnetlink.ruleDelete(rule));
            assertFalse(rtnetlink.ruleDelete(rule));
        }
        assertEquals(3, rtnetlink.rules(Family.INET).size());
        assertEquals(2, rtnetlink.rules(Family.INET6).size());
    }

    @Test
    void neighboursAndProxiesComeAndGo() throws IOException {
        int link = vethUp("wnl0");
        var v4 = Neighbour.permanent(link, InetAddress.ofLiteral("10.100.0.2"), MAC);
        var v6 = Neighbour.permanent(link, InetAddress.ofLiteral("fd00::2"), MAC);
        var proxy = Neighbour.proxy(link, InetAddress.ofLiteral("fe80::1"));
        rtnetlink.neighbourAdd(v4);
        rtnetlink.neighbourAdd(v6);
        rtnetlink.neighbourAdd(proxy);

        assertTrue(rtnetlink.neighbours().containsAll(List.of(v4, v6)));
        assertEquals(List.of(proxy), rtnetlink.proxies());
        var seen = here.ip("neigh show nud permanent");
        assertTrue(seen.contains("10.100.0.2 dev wnl0 lladdr 02:00:00:00:00:07 PERMANENT"), seen);
        assertTrue(here.ip("neigh show proxy").contains("fe80::1 dev wnl0"));

        assertThrows(NetlinkException.class, () -> rtnetlink.neighbourAdd(v4));
        var other = Neighbour.permanent(link, v4.address(), MacAddress.parse("02:00:00:00:00:08"));
        rtnetlink.neighbourReplace(other);
        assertTrue(rtnetlink.neighbours().contains(other));
        assertTrue(rtnetlink.neighbourDelete(other));
        assertFalse(rtnetlink.neighbourDelete(other));
        assertTrue(rtnetlink.neighbourDelete(v6));
        assertTrue(rtnetlink.neighbourDelete(proxy));
        assertEquals(List.of(), rtnetlink.proxies());
    }

    @Test
    void longListsAreWholeAlsoWhileTheyChange() throws Exception {
        int link = vethUp("wnl0");
        for (int i = 0; i < 3000; i++) {
            rtnetlink.routeAdd(route(link, i));
        }
        try (var other = Rtnetlink.open(here.namespace());
                var executor = Executors.newSingleThreadExecutor()) {
            Callable<Void> change =
                    () -> {
                        for (int i = 3000; i < 3500; i++) {
                            other.routeAdd(route(link, i));
                        }
                        return null;
                    };
            Future<Void> changing = executor.submit(change);
            while (!changing.isDone()) {
                assertTrue(ours(Family.INET).size() >= 3000);
            }
            changing.get();
        }
        assertEquals(3500, ours(Family.INET).size());
    }

    @Test
    void threadsShareOneClient() throws Exception {
        int link = vethUp("wnl0");
        try (var executor = Executors.newFixedThreadPool(4)) {
            var work = new ArrayList<Callable<Void>>();
            for (int t = 0; t < 4; t++) {
                int first = 200 * t;
                work.add(
                        () -> {
                            for (int i = first; i < first + 100; i++) {
                                rtnetlink.routeAdd(route(link, i));
                                assertEquals("wnl0", rtnetlink.link(link).name());
                            }
                            return null;
                        });
            }
            for (var done : executor.invokeAll(work)) {
                done.get();
            }
        }
        assertEquals(400, ours(Family.INET).size());
    }

    private static Route route(int link, int i) {
        return Route.to(Cidr.parse("10." + (i >> 8) + "." + (i & 0xff) + ".0/24"))
                .dev(link)
                .build();
    }

    private int vethUp(String name) throws IOException {
        var up = LinkSettings.NONE.withUp(true);
        var peer = new NewLink.Peer(name + "p", null, null, null);
        var link = rtnetlink.linkAdd(new NewLink.Veth(name, up, peer));
        rtnetlink.linkSet(link.peer(), up);
        return link.index();
    }
}
