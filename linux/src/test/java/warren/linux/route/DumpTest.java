// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import warren.linux.netlink.PayloadReader;

/// Answers of a kernel (6.18, x86-64), kept as hex in `dump/`, one message a line, its port zeroed.
/// What was configured by `ip` stands beside what must be read.
class DumpTest {
    private static final MacAddress SEVEN = MacAddress.parse("02:00:00:00:00:07");
    private static final MacAddress EIGHT = MacAddress.parse("02:00:00:00:00:08");
    private static final MacAddress NINE = MacAddress.parse("02:00:00:00:00:09");

    // ip link add wnl0 address …:07 index 7 mtu 1420 type veth peer name wnl1 address …:08 index 8
    // ip link add wnlbr index 9 address …:09 type bridge; ip tuntap add wnltun mode tun
    // ip link set wnl0 alias warren:web up; ip link set wnl1 master wnlbr up
    @Test
    void links() throws IOException {
        assertEquals(
                List.of(
                        new Link(
                                1,
                                "lo",
                                null,
                                65536,
                                true,
                                true,
                                new MacAddress(0),
                                null,
                                0,
                                0,
                                -1),
                        new Link(2, "wnltun", "tun", 1500, false, false, null, null, 0, 0, -1),
                        new Link(
                                7, "wnl0", "veth", 1420, true, true, SEVEN, "warren:web", 0, 8, -1),
                        new Link(8, "wnl1", "veth", 1500, true, true, EIGHT, null, 9, 7, -1),
                        new Link(9, "wnlbr", "bridge", 1500, false, false, NINE, null, 0, 0, -1)),
                read("links", LinkCodec::decode));
    }

    // ip addr add 10.100.0.1/32 dev wnl0 noprefixroute
    // ip addr add 192.0.2.1 peer 192.0.2.9 dev wnl0 scope link
    // ip addr add fd00::1/128 dev wnl0 nodad noprefixroute
    @Test
    void addresses() throws IOException {
        var addresses = read("addresses", AddressCodec::decode);
        assertEquals(7, addresses.size());
        assertTrue(
                addresses.containsAll(
                        List.of(
                                address("10.100.0.1/32", Scope.UNIVERSE, null, "NOPREFIXROUTE"),
                                address("192.0.2.1/32", Scope.LINK, "192.0.2.9"),
                                address(
                                        "fd00::1/128",
                                        Scope.UNIVERSE,
                                        null,
                                        "NODAD",
                                        "NOPREFIXROUTE"))),
                addresses.toString());
    }

    private static AssignedAddress address(
            String cidr, Scope scope, String remote, String... flags) {
        var all = new ArrayList<>(List.of(AssignedAddress.Flag.PERMANENT));
        for (var flag : flags) {
            all.add(AssignedAddress.Flag.valueOf(flag));
        }
        return new AssignedAddress(
                7,
                Cidr.parse(cidr),
                remote == null ? null : InetAddress.ofLiteral(remote),
                scope,
                Set.copyOf(all));
    }

    // ip route add 10.100.0.0/16 dev wnl0 src 10.100.0.1 mtu 1380 proto 119 metric 5
    // ip route add 0.0.0.0/0 via 169.254.1.1 dev wnl0 onlink table 5100
    // ip route add 10.101.0.0/16 via inet6 fe80::1 dev wnl0 onlink
    // ip route add prohibit 10.102.0.0/16 proto 119
    // ip route add 10.103.0.0/16 nexthop dev wnl0 nexthop dev wnl1
    @Test
    void routesOfIpv4() throws IOException {
        var routes = read("routes-ipv4", RouteCodec::decode);
        assertEquals(11, routes.size());
        var main = RtnetlinkConstants.RT_TABLE_MAIN;
        var boot = RtnetlinkConstants.RTPROT_BOOT;
        var viaIpv6 = InetAddress.ofLiteral("fe80::1");
        var expected =
                List.of(
                        to("10.100.0.0/16")
                                .dev(7)
                                .source(InetAddress.ofLiteral("10.100.0.1"))
                                .mtu(1380)
                                .priority(5)
                                .scope(Scope.LINK)
                                .table(main)
                                .build(),
                        to("0.0.0.0/0")
                                .viaOnlink(InetAddress.ofLiteral("169.254.1.1"))
                                .dev(7)
                                .protocol(boot)
                                .table(5100)
                                .build(),
                        to("10.101.0.0/16")
                                .viaOnlink(viaIpv6)
                                .dev(7)
                                .protocol(boot)
                                .table(main)
                                .build(),
                        to("10.102.0.0/16").type(Route.Type.PROHIBIT).table(main).build(),
                        to("10.103.0.0/16").protocol(boot).table(main).build());
        for (var route : expected) {
            assertTrue(routes.contains(route), route + " is not in " + routes);
        }
    }

    // ip -6 route add fd01::/48 dev wnl0 mtu 1400 proto 119
    // ip -6 route add blackhole fd02::/48
    @Test
    void routesOfIpv6() throws IOException {
        var routes = read("routes-ipv6", RouteCodec::decode);
        var main = RtnetlinkConstants.RT_TABLE_MAIN;
        var expected =
                List.of(
                        to("fd01::/48").dev(7).mtu(1400).priority(1024).table(main).build(),
                        to("fd02::/48")
                                .type(Route.Type.BLACKHOLE)
                                .dev(1)
                                .priority(1024)
                                .protocol(RtnetlinkConstants.RTPROT_BOOT)
                                .table(main)
                                .build());
        for (var route : expected) {
            assertTrue(routes.contains(route), route + " is not in " + routes);
        }
    }

    private static Route.Builder to(String cidr) {
        return Route.to(Cidr.parse(cidr)).scope(Scope.UNIVERSE);
    }

    // ip rule add iif wnl0 from 10.100.0.0/16 lookup 5100 priority 100 proto 119
    // ip rule add not to 10.100.0.0/16 fwmark 0x51/0xff prohibit priority 101
    @Test
    void rules() throws IOException {
        var kernel = Rule.forFamily(Family.INET).protocol(RtnetlinkConstants.RTPROT_KERNEL);
        assertEquals(
                List.of(
                        kernel.lookup(RtnetlinkConstants.RT_TABLE_LOCAL).build(),
                        Rule.forFamily(Family.INET)
                                .iif("wnl0")
                                .from(Cidr.parse("10.100.0.0/16"))
                                .lookup(5100)
                                .priority(100)
                                .build(),
                        Rule.forFamily(Family.INET)
                                .to(Cidr.parse("10.100.0.0/16"))
                                .mark(0x51, 0xff)
                                .inverted()
                                .action(Rule.Action.PROHIBIT)
                                .priority(101)
                                .protocol(0)
                                .build(),
                        kernel.lookup(RtnetlinkConstants.RT_TABLE_MAIN).priority(32766).build(),
                        kernel.lookup(RtnetlinkConstants.RT_TABLE_DEFAULT).priority(32767).build()),
                read("rules-ipv4", RuleCodec::decode));
    }

    // ip neigh add 10.100.0.2 lladdr 02:00:00:00:00:02 dev wnl0, and fd00::2
    // ip neigh add proxy fe80::1 dev wnl0
    @Test
    void neighbours() throws IOException {
        var two = MacAddress.parse("02:00:00:00:00:02");
        var neighbours = read("neighbours", NeighbourCodec::decode);
        for (var address : List.of("10.100.0.2", "fd00::2")) {
            var expected = Neighbour.permanent(7, InetAddress.ofLiteral(address), two);
            assertTrue(neighbours.contains(expected), neighbours.toString());
        }
        assertEquals(
                List.of(Neighbour.proxy(7, InetAddress.ofLiteral("fe80::1"))),
                read("proxies", NeighbourCodec::decode));
    }

    /// The objects of a dump, each of them sound.
    private static <T> List<T> read(String dump, Function<PayloadReader, T> decoder)
            throws IOException {
        var objects = new ArrayList<T>();
        for (var message : Dumps.messages(dump)) {
            var payload = message.payload();
            var object = decoder.apply(payload);
            assertNull(payload.malformed());
            objects.add(object);
        }
        return objects;
    }
}
