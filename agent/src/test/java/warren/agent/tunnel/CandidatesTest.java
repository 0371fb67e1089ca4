// SPDX-License-Identifier: Apache-2.0
package warren.agent.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import warren.agent.kernel.FakeKernel;
import warren.agent.kernel.Underlay;
import warren.cluster.HostPort;
import warren.linux.route.Cidr;
import warren.linux.route.Link;
import warren.linux.route.Route;
import warren.linux.route.RtnetlinkConstants;
import warren.wireguard.Endpoint;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

class CandidatesTest {
    private final FakeKernel kernel = new FakeKernel();

    @BeforeEach
    void aHostWithALanAndADefaultRoute() {
        Link link = kernel.addLink("eth0", "", 1500, null);
        kernel.route(route("10.0.0.0/24").dev(link.index()).build());
        kernel.route(
                route("0.0.0.0/0")
                        .via(IpAddress.parse("10.0.0.1").toInetAddress())
                        .dev(link.index())
                        .build());
    }

    @Test
    void whereItWasSeenAndSaidComesFirst() {
        assertEquals(
                List.of("203.0.113.7:51820", "10.0.0.7:51820", "198.51.100.7:51820"),
                of("203.0.113.7", "198.51.100.7:51820", "10.0.0.7:51820", "203.0.113.7:51820"));
    }

    @Test
    void theLanComesBeforeTheRest() {
        assertEquals(
                List.of("10.0.0.7:51820", "198.51.100.7:51820"),
                of(null, "198.51.100.7:51820", "10.0.0.7:51820"));
    }

    @Test
    void whereItWasOnlySeenComesLastWithThePortItSaid() {
        assertEquals(
                List.of("198.51.100.7:5000", "203.0.113.99:5000"),
                of("203.0.113.99", "198.51.100.7:5000"));
    }

    @Test
    void addressesWithoutARouteAreLeftOut() {
        assertEquals(
                List.of("198.51.100.7:51820"),
                of(null, "[2001:db8::7]:51820", "198.51.100.7:51820"));
    }

    @Test
    void addressesOfTheOverlayAreNever() {
        assertEquals(
                List.of("198.51.100.7:51820"),
                of("10.100.4.1", "10.100.4.1:51820", "[fd11::7]:51820", "198.51.100.7:51820"));
    }

    @Test
    void aNodeThatSaidNothingHasNoCandidates() {
        assertEquals(List.of(), of("203.0.113.99"));
    }

    private List<String> of(String observed, String... announced) {
        Candidates candidates =
                new Candidates(
                        new Names(() -> {}),
                        new Underlay(kernel.snapshot()),
                        List.of(IpPrefix.parse("10.100.0.0/16"), IpPrefix.parse("fd11::/48")));
        return candidates
                .of(
                        Arrays.stream(announced).map(each -> HostPort.parse(each, 51820)).toList(),
                        observed == null ? null : IpAddress.parse(observed),
                        0)
                .stream()
                .map(Endpoint::toString)
                .toList();
    }

    private static Route.Builder route(String destination) {
        return Route.to(Cidr.parse(destination))
                .protocol(RtnetlinkConstants.RTPROT_KERNEL)
                .table(RtnetlinkConstants.RT_TABLE_MAIN);
    }
}
