// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import warren.cluster.ClusterId;
import warren.cluster.ClusterSecret;
import warren.cluster.JoinToken;
import warren.cluster.NodeAddress;
import warren.control.AttachRequest;
import warren.control.DetachRequest;
import warren.control.InitRequest;
import warren.control.JoinRequest;
import warren.control.RefusedException;
import warren.control.Status;
import warren.wireguard.IpAddress;

/// Two agents, each a process in a namespace of its own, with a container each.
///
/// ```
///   wagcA 10.100.0.2          wagcB 10.100.0.3       wagC: a node that must not get in
///     | veth                    | veth                 |
///   wagA --- eth0 192.0.2.1   wagB --- eth0 192.0.2.2  eth0 192.0.2.3
///              \_________ bridge in wagsw ______________/
/// ```
@Tag("root")
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TwoAgentsTest {
    private static final String SWITCH = "wagsw";
    private static final List<String> CONTAINERS = List.of("wagcA", "wagcB");
    private static final List<String> OUTSIDE_NODES = List.of(SWITCH, "wagcA", "wagcB", "wagcX");

    @TempDir static Path directory;

    private TestNode alpha;
    private TestNode beta;
    private TestNode stranger;
    private ClusterId cluster;

    @BeforeAll
    void aClusterOfTwo() throws IOException {
        TestNode.sweep(OUTSIDE_NODES);
        TestNode.run("ip", "netns", "add", SWITCH);
        TestNode.run("ip", "-n", SWITCH, "link", "add", "br0", "type", "bridge");
        TestNode.run("ip", "-n", SWITCH, "link", "set", "br0", "up");
        for (String container : CONTAINERS) {
            TestNode.run("ip", "netns", "add", container);
        }
        alpha = node("wagA", "192.0.2.1/24");
        beta = node("wagB", "192.0.2.2/24");
        stranger = node("wagC", "192.0.2.3/24");
        alpha.start();
        beta.start();
        alpha.client().init(new InitRequest("alpha", null, List.of()));
        String token = alpha.client().token().token();
        cluster = JoinToken.parse(token).cluster();
        beta.client().join(new JoinRequest(token, "beta", List.of()));
        attach();
        assertReachable();
    }

    private static TestNode node(String name, String address) throws IOException {
        TestNode node = new TestNode(name, directory);
        TestNode.run(
                "ip", "-n", SWITCH, "link", "add", name, "type", "veth", "peer", "name", "eth0",
                "netns", name);
        node.exec("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
        node.exec("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
        TestNode.run("ip", "-n", SWITCH, "link", "set", name, "master", "br0", "up");
        TestNode.run("ip", "-n", name, "addr", "add", address, "dev", "eth0");
        TestNode.run("ip", "-n", name, "link", "set", "eth0", "up");
        return node;
    }

    private void attach() throws IOException {
        alpha.client().attach(new AttachRequest("ca", "/run/netns/wagcA", "10.100.0.2"));
        beta.client().attach(new AttachRequest("cb", "/run/netns/wagcB", "10.100.0.3"));
    }

    @AfterAll
    void leaveNothing() throws IOException {
        try (TestNode _ = alpha;
                TestNode _ = beta;
                TestNode _ = stranger) {
            for (String container : CONTAINERS) {
                TestNode.run("ip", "netns", "del", container);
            }
            TestNode.run("ip", "netns", "del", SWITCH);
        }
    }

    @Test
    void theContractsFieldsAreThere() throws IOException {
        Status status = alpha.client().status();
        assertEquals(Status.State.JOINED, status.state());
        assertEquals("10.100.0.0/16", status.network());
        assertEquals("userspace", status.node().tunnel());
        assertEquals(List.of("192.0.2.1:51820"), status.node().endpoints());
        assertEquals("10.100.0.2", status.containers().getFirst().address());
        Eventually.holds(
                "alpha sees beta directly",
                () -> {
                    var peer = alpha.client().peers().getFirst();
                    return "beta".equals(peer.name())
                            && "alive".equals(peer.state())
                            && "direct".equals(peer.path())
                            && "192.0.2.2:51820".equals(peer.endpoint())
                            && peer.mtu() == 1420
                            && peer.rxBytes() > 0
                            && peer.blocks().contains("10.100.0.3/32");
                });
    }

    @Test
    void noPingIsLostWhileAnAgentIsDown() throws IOException, InterruptedException {
        Process ping =
                new ProcessBuilder(
                                "ip",
                                "netns",
                                "exec",
                                "wagcA",
                                "ping",
                                "-q",
                                "-i",
                                "0.1",
                                "-c",
                                "100",
                                "-W",
                                "5",
                                "10.100.0.3")
                        .redirectErrorStream(true)
                        .start();
        beta.stop();
        beta.start();
        String summary = new String(ping.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, ping.waitFor(), summary);
        assertTrue(summary.contains("100 received"), summary);
    }

    @Test
    void aDeadTunnelComesBack() throws IOException {
        alpha.stopTunnel();
        assertReachable();
    }

    @Test
    void everythingAtOnceComesBack() throws IOException {
        alpha.stop();
        beta.stop();
        alpha.stopTunnel();
        beta.stopTunnel();
        beta.start();
        alpha.start();
        assertReachable();
    }

    @Test
    void flushedRoutesComeBack() throws IOException {
        alpha.exec("ip", "route", "flush", "proto", "119");
        Eventually.holds(
                "routes are back",
                () -> alpha.exec("ip", "route").contains("10.100.0.3 dev wg0 proto 119"));
        assertReachable();
    }

    @Test
    void aWrongSecretGetsOneLineAndLearnsNothing() throws IOException {
        stranger.start();
        JoinToken right = JoinToken.parse(alpha.client().token().token());
        ClusterSecret wrong = ClusterSecret.random(new Random(1));
        String token = new JoinToken(right.cluster(), wrong, right.seeds()).encode();
        RefusedException e =
                assertThrows(
                        RefusedException.class,
                        () -> stranger.client().join(new JoinRequest(token, "x", List.of())));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith("cannot join: "), message);
        assertTrue(message.lines().count() == 1, message);
        assertEquals(Status.State.UNINITIALISED, stranger.client().status().state());
        Eventually.holds("no tunnel is left", () -> !stranger.links().contains(" wg0"));
        assertEquals(1, alpha.client().peers().size());
        stranger.stop();
    }

    @Test
    void containersNeitherReachNorForgeNodeAddresses() throws IOException {
        String theirs = beta.client().status().node().address();
        String ours = alpha.client().status().node().address();
        assertThrows(IOException.class, () -> ping("wagcA", theirs));
        assertThrows(IOException.class, () -> ping("wagcA", ours));
        assertTrue(ping("wagcA", "fe80::1%eth0"));
        alpha.exec("ping", "-q", "-c", "1", "-W", "5", theirs);
        alpha.exec("ping", "-q", "-c", "1", "-W", "5", ours);
        TestNode.run("ip", "-n", "wagcA", "addr", "add", "10.100.0.77/32", "dev", "eth0");
        assertThrows(
                IOException.class,
                () ->
                        TestNode.run(
                                "ip",
                                "netns",
                                "exec",
                                "wagcA",
                                "ping",
                                "-I",
                                "10.100.0.77",
                                "-c",
                                "1",
                                "-W",
                                "1",
                                "10.100.0.3"));
        TestNode.run("ip", "-n", "wagcA", "addr", "del", "10.100.0.77/32", "dev", "eth0");
    }

    @Test
    void aContainerThatVanishesGivesItsAddressBack() throws IOException {
        TestNode.run("ip", "netns", "add", "wagcX");
        String first;
        try {
            first =
                    alpha.client()
                            .attach(new AttachRequest("cx", "/run/netns/wagcX", null))
                            .address();
            assertReachable("wagcX", "10.100.0.3");
            assertThrows(
                    RefusedException.class,
                    () -> alpha.client().attach(new AttachRequest("cy", "/run/netns/wagcX", null)));
        } finally {
            TestNode.run("ip", "netns", "del", "wagcX");
        }
        Eventually.holds(
                first + " is free",
                () ->
                        alpha.client().status().containers().stream()
                                .noneMatch(container -> container.name().equals("cx")));
        alpha.client().detach(new DetachRequest("cx"));
    }

    @Test
    void aSecondAgentIsRefused() throws IOException {
        String pid = Files.readString(directory.resolve("wagA/run/warren/agent.lock"));
        IOException e =
                assertThrows(
                        IOException.class,
                        () ->
                                TestNode.run(
                                        "nsenter",
                                        "-t",
                                        pid,
                                        "-m",
                                        "-n",
                                        "--",
                                        directory.resolve("wagA/warren").toString(),
                                        "agent"));
        assertTrue(
                String.valueOf(e.getMessage()).contains("another agent runs on this node"),
                e.getMessage());
    }

    private void assertReachable() {
        assertReachable("wagcA", "10.100.0.3");
        assertReachable("wagcB", "10.100.0.2");
        assertReachable("wagcA", ipv6("10.100.0.3"));
    }

    /// The address beside a container's IPv4 one.
    private String ipv6(String address) {
        return NodeAddress.container(cluster, IpAddress.parse(address)).toString();
    }

    private void assertReachable(String from, String to) {
        Eventually.holds(
                from + " reaches " + to + "; see the logs in " + directory, () -> ping(from, to));
    }

    private static boolean ping(String from, String to) throws IOException {
        TestNode.run("ip", "netns", "exec", from, "ping", "-q", "-c", "1", "-W", "1", to);
        return true;
    }
}
