// SPDX-License-Identifier: Apache-2.0
package warren.agent.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import warren.linux.route.Cidr;
import warren.linux.route.Family;
import warren.linux.route.Link;
import warren.linux.route.LinkSettings;
import warren.linux.route.Route;
import warren.linux.route.RtnetlinkConstants;
import warren.linux.route.Rule;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

class UnderlayTest {
    private final FakeKernel kernel = new FakeKernel();
    private Link lan;
    private Link wan;

    @BeforeEach
    void host() {
        up(kernel.addLink("lo", "", 65536, null), "127.0.0.1/8", "::1/128");
        lan = up(kernel.addLink("eth1", "", 9000, null), "10.0.0.5/24", "fe80::5/64");
        wan = up(kernel.addLink("eth0", "", 1500, null), "198.51.100.5/24", "2001:db8::5/64");
        up(kernel.addLink("docker0", "bridge", 1500, null), "172.17.0.1/16");
        up(kernel.addLink("wg0", "tun", 1420, Kernel.ALIAS), "10.100.4.1/32");
        up(kernel.addLink("wr0011223344", "veth", 1420, Kernel.ALIAS), "169.254.1.1/32");
        route("10.0.0.0/24", lan, null, 0);
        route("198.51.100.0/24", wan, null, 0);
        route("0.0.0.0/0", wan, "198.51.100.1", 0);
        route("203.0.113.0/24", wan, "198.51.100.1", 1400);
        kernel.route(
                Route.to(Cidr.parse("10.100.0.0/16"))
                        .type(Route.Type.UNREACHABLE)
                        .protocol(RtnetlinkConstants.RTPROT_WARREN)
                        .table(RtnetlinkConstants.RT_TABLE_MAIN)
                        .build());
    }

    @Test
    void onlyAddressesThatOthersMayReachAreEndpointsTheDefaultRoutesFirst() {
        assertEquals(
                List.of("198.51.100.5", "2001:db8::5", "10.0.0.5"),
                underlay().ownAddresses().stream().map(IpAddress::toString).toList());
    }

    @Test
    void theTunnelIsAsWideAsTheNarrowestWayAllows() {
        assertEquals(8920, mtuTo("10.0.0.7"));
        assertEquals(1420, mtuTo("10.0.0.7", "192.0.2.9"));
        assertEquals(1320, mtuTo("10.0.0.7", "192.0.2.9", "203.0.113.9"));
    }

    @Test
    void withoutPeersTheLinksDecide() {
        assertEquals(1420, mtuTo());
    }

    @Test
    void theTunnelNeverGoesBelowWhatIpv6Needs() {
        route("233.252.0.0/24", wan, null, 600);
        assertEquals(1280, mtuTo("233.252.0.1"));
    }

    @Test
    void aNetworkThatOverlapsARouteIsFoundWithItsName() {
        Underlay underlay = underlay();
        Route route = Objects.requireNonNull(underlay.overlap(IpPrefix.parse("10.0.0.0/16")));
        assertEquals("10.0.0.0/24 dev eth1", underlay.describe(route));
        Route inside = Objects.requireNonNull(underlay.overlap(IpPrefix.parse("203.0.113.128/26")));
        assertEquals("203.0.113.0/24 via 198.51.100.1 dev eth0", underlay.describe(inside));
    }

    @Test
    void theDefaultRouteAndOurOwnRoutesDoNotOverlap() {
        assertNull(underlay().overlap(IpPrefix.parse("10.100.0.0/16")));
        assertNull(underlay().overlap(IpPrefix.parse("10.200.0.0/16")));
    }

    @Test
    void aRouteInAnotherTableOverlapsWhereARuleLeadsThere() {
        kernel.route(
                Route.to(Cidr.parse("10.150.0.0/16"))
                        .dev(wan.index())
                        .table(77)
                        .protocol(RtnetlinkConstants.RTPROT_BOOT)
                        .build());
        IpPrefix network = IpPrefix.parse("10.150.3.0/24");
        assertNull(underlay().overlap(network), "no rule leads to it");
        kernel.apply(
                new Change.AddRule(Rule.forFamily(Family.INET).lookup(77).priority(1000).build()));
        Route found = Objects.requireNonNull(underlay().overlap(network));
        assertEquals("10.150.0.0/16 dev eth0 table 77", underlay().describe(found));
    }

    private Underlay underlay() {
        return new Underlay(kernel.snapshot());
    }

    private int mtuTo(String... peers) {
        return underlay().tunnelMtu(java.util.Arrays.stream(peers).map(IpAddress::parse).toList());
    }

    private Link up(Link link, String... addresses) {
        kernel.apply(new Change.SetLink(link.index(), LinkSettings.NONE.withUp(true)));
        for (String address : addresses) {
            kernel.assign(link, address);
        }
        return link;
    }

    private void route(String destination, Link link, String gateway, int mtu) {
        Route.Builder route =
                Route.to(Cidr.parse(destination))
                        .dev(link.index())
                        .protocol(RtnetlinkConstants.RTPROT_KERNEL)
                        .table(RtnetlinkConstants.RT_TABLE_MAIN)
                        .mtu(mtu);
        if (gateway != null) {
            route.via(IpAddress.parse(gateway).toInetAddress());
        }
        kernel.route(route.build());
    }
}
