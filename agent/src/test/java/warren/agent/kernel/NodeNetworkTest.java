// SPDX-License-Identifier: Apache-2.0
package warren.agent.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import warren.linux.route.Cidr;
import warren.linux.route.Link;
import warren.linux.route.Route;
import warren.linux.route.RtnetlinkConstants;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

/// Facts in, the network stack's state out, in the words of `ip`.
class NodeNetworkTest {
    private final FakeKernel kernel = new FakeKernel();
    private Link tunnel;
    private Link port;

    @BeforeEach
    void links() {
        Link underlay = kernel.addLink("eth0", "veth", 1500, null);
        kernel.assign(underlay, "192.0.2.1/24");
        kernel.route(
                Route.to(Cidr.parse("0.0.0.0/0"))
                        .viaOnlink(IpAddress.parse("192.0.2.254").toInetAddress())
                        .dev(underlay.index())
                        .protocol(RtnetlinkConstants.RTPROT_BOOT)
                        .build());
        tunnel = kernel.addLink("wg0", "tun", 1500, Kernel.ALIAS);
        port = kernel.addLink("wr0011223344", "veth", 1500, Kernel.ALIAS);
    }

    @Test
    void aNodeWithOnePeerAndOneContainerLooksLikeThis() throws IOException {
        apply(network(List.of("10.100.8.0/26", "fd22:0:0:0:0:0:a64:800/122"), true));
        assertEquals(
                """
                link eth0 mtu 1500 down
                link wg0 mtu 1420 up alias warren
                link wr0011223344 mtu 1420 up alias warren
                addr 192.0.2.1/24 dev eth0
                addr fd11::1/128 dev wg0
                addr 10.100.4.1/32 dev wg0
                addr fd22::a64:401/128 dev wg0
                addr 169.254.1.1/32 dev wr0011223344
                addr fe80::1/64 dev wr0011223344
                sysctl IPV4_FORWARDING wg0 = 1
                sysctl IPV4_FORWARDING wr0011223344 = 1
                sysctl IPV4_RP_FILTER wr0011223344 = 1
                sysctl IPV6_ACCEPT_RA eth0 = 2
                sysctl IPV6_ACCEPT_RA wr0011223344 = 0
                sysctl IPV6_FORWARDING all = 1
                sysctl IPV6_FORWARDING wg0 = 1
                sysctl IPV6_FORWARDING wr0011223344 = 1
                rule 2: from all lookup local
                rule 1: from all to fd11::/48 iif wr0011223344 prohibit
                rule 5191: from fd22::a64:402/128 iif wr0011223344 lookup main
                rule 5192: from all iif wr0011223344 prohibit
                route 0.0.0.0/0 via 192.0.2.254 dev eth0 proto 3 metric 0
                route fd11::/48 dev wg0 src fd11::1 proto 119 metric 1024
                route unreachable 10.100.0.0/16 proto 119 metric 1000000
                route unreachable fd22::/48 proto 119 metric 1000000
                route 10.100.8.0/26 dev wg0 src 10.100.4.1 proto 119 metric 1024
                route fd22::a64:800/122 dev wg0 src fd22::a64:401 proto 119 metric 1024
                route 10.100.4.2/32 dev wr0011223344 src 10.100.4.1 proto 119 metric 1024
                route fd22::a64:402/128 dev wr0011223344 src fd22::a64:401 proto 119 metric 1024
                """,
                kernel.render());
    }

    @Test
    void applyingTheSameAgainChangesNothing() throws IOException {
        NodeNetwork network = network(List.of("10.100.8.0/26"), true);
        apply(network);
        int before = kernel.changes();
        apply(network);
        assertEquals(before, kernel.changes());
    }

    @Test
    void flushedRoutesComeBackAndNothingElseHappens() throws IOException {
        NodeNetwork network = network(List.of("10.100.8.0/26"), true);
        apply(network);
        String before = kernel.render();
        kernel.deleteOurRoutes();
        List<Change> repair = changes(network);
        assertTrue(repair.stream().allMatch(Change.AddRoute.class::isInstance), repair.toString());
        repair.forEach(kernel::apply);
        assertEquals(before, kernel.render());
    }

    @Test
    void anotherMtuOrSourceReplacesOurRouteAndNothingReplacesAnothers() throws IOException {
        NodeNetwork network = network(List.of("10.100.8.0/26"), false);
        apply(network);
        kernel.route(
                Route.to(Cidr.parse("10.100.12.0/26"))
                        .dev(port.index())
                        .priority(1024)
                        .protocol(RtnetlinkConstants.RTPROT_BOOT)
                        .build());
        NodeNetwork wider = network(List.of("10.100.8.0/26", "10.100.12.0/26"), false);
        List<Change> changes = changes(wider);
        assertTrue(
                changes.stream().noneMatch(Change.ReplaceRoute.class::isInstance),
                changes.toString());
        assertEquals(
                List.of("10.100.12.0/26"),
                changes.stream()
                        .filter(Change.AddRoute.class::isInstance)
                        .map(change -> ((Change.AddRoute) change).route().destination().toString())
                        .toList());
    }

    @Test
    void aPeersBlockLeavesWithThePeer() throws IOException {
        apply(network(List.of("10.100.8.0/26", "10.100.0.3/32"), false));
        apply(network(List.of("10.100.0.3/32"), false));
        String text = kernel.render();
        assertTrue(text.contains("route 10.100.0.3/32 dev wg0"), text);
        assertTrue(!text.contains("10.100.8.0"), text);
        assertTrue(text.contains("route 0.0.0.0/0 via 192.0.2.254"), text);
    }

    @Test
    void aDetachedContainerLeavesNoRouteAndNoRule() throws IOException {
        apply(network(List.of(), true));
        apply(network(List.of(), false));
        String text = kernel.render();
        assertTrue(!text.contains("prohibit"), text);
        assertTrue(text.contains("lookup local"), text);
        assertTrue(!text.contains("10.100.4.2"), text);
    }

    @Test
    void withoutContainersTheHostDoesNotForward() throws IOException {
        apply(network(List.of("10.100.8.0/26"), false));
        assertTrue(!kernel.render().contains("FORWARDING"), kernel.render());
        assertTrue(kernel.render().contains("rule 0: from all lookup local"), kernel.render());
    }

    @Test
    void aStaleAddressOnTheTunnelGoes() throws IOException {
        kernel.assign(tunnel, "10.100.9.9/32");
        kernel.assign(tunnel, "fe80::1234/64");
        apply(network(List.of(), false));
        assertTrue(!kernel.render().contains("10.100.9.9"), kernel.render());
        assertTrue(kernel.render().contains("fe80::1234/64"), kernel.render());
        assertTrue(kernel.render().contains("192.0.2.1/24"), kernel.render());
    }

    private void apply(NodeNetwork network) throws IOException {
        changes(network).forEach(kernel::apply);
    }

    private List<Change> changes(NodeNetwork network) throws IOException {
        return KernelPlan.changes(network.wish(), kernel.snapshot(), kernel);
    }

    private NodeNetwork network(List<String> remote, boolean container) {
        Link host = Objects.requireNonNull(kernel.snapshot().link(port.name()));
        return new NodeNetwork(
                tunnel,
                1420,
                IpPrefix.parse("fd11::/48"),
                IpAddress.parse("fd11::1"),
                List.of(IpPrefix.parse("10.100.0.0/16"), IpPrefix.parse("fd22::/48")),
                List.of(IpAddress.parse("10.100.4.1"), IpAddress.parse("fd22::a64:401")),
                remote.stream().map(IpPrefix::parse).toList(),
                container
                        ? List.of(
                                new NodeNetwork.Port(
                                        host,
                                        IpAddress.parse("10.100.4.2"),
                                        IpAddress.parse("fd22::a64:402")))
                        : List.of());
    }
}
