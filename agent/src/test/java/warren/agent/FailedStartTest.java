// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import warren.control.InitRequest;
import warren.control.JoinRequest;
import warren.control.RefusedException;
import warren.control.Status;
import warren.linux.namespace.NetworkNamespace;

/// A node that cannot be made is none afterwards: not here, not after a restart, and not for the
/// others.
@Tag("root")
@Timeout(300)
class FailedStartTest {
    private static final InitRequest INIT = new InitRequest("late", null, List.of());

    @TempDir Path directory;

    private TestNode member;
    private TestNode late;

    @BeforeEach
    void aMemberAndAMachine() throws IOException {
        member = new TestNode("wnwtA", directory);
        late = new TestNode("wnwtB", directory);
        TestNode.run(
                "ip", "-n", "wnwtA", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0",
                "netns", "wnwtB");
        up(member, "192.0.2.1/24");
        up(late, "192.0.2.2/24");
        late.start();
    }

    /// For those tests that need a cluster to join: most of the time goes into starting agents.
    private JoinRequest toACluster() throws IOException {
        member.start();
        member.client().init(new InitRequest("member", null, List.of()));
        return new JoinRequest(member.client().token().token(), "late", List.of());
    }

    private static void up(TestNode node, String address) throws IOException {
        node.exec("ip", "link", "set", "lo", "up");
        node.exec("ip", "address", "add", address, "dev", "eth0");
        node.exec("ip", "link", "set", "eth0", "up");
    }

    @AfterEach
    void leaveNothing() throws IOException {
        try (TestNode _ = member;
                TestNode _ = late) {
            // Closed in any case.
        }
    }

    private Path state() {
        return directory.resolve("wnwtB/var/lib/warren");
    }

    /// Whatever is being saved under that name cannot be.
    private Path obstruct(String file) throws IOException {
        return Files.createDirectories(state().resolve(file + ".new/obstacle"));
    }

    private void assertNoNode() throws IOException {
        assertEquals(Status.State.UNINITIALISED, late.client().status().state());
        try (Stream<Path> files = Files.list(state())) {
            assertEquals(List.of(), files.filter(Files::isRegularFile).toList());
        }
        Eventually.holds("the tunnel is gone", () -> !late.links().contains("wg0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "node.json", "records"})
    void aJoinThatCannotBeSavedLeavesNoNode(String file) throws IOException {
        JoinRequest join = toACluster();
        Path obstacle = obstruct(file);
        assertThrows(IOException.class, () -> late.client().join(join));
        assertNoNode();
        if (!"records".equals(file)) {
            assertEquals(List.of(), member.client().peers(), "the cluster has heard of it");
        }
        Files.delete(obstacle);
        Files.delete(obstacle.getParent());
        late.client().join(join);
        assertEquals(Status.State.JOINED, late.client().status().state());
    }

    /// A member takes the newcomer in, and its answer is lost: the next attempt comes as the same
    /// node, and none stays behind.
    @Test
    void aJoinWhoseAnswerWasLostLeavesNoSecondNodeOfTheName() throws IOException {
        JoinRequest join = toACluster();
        late.exec("nft", "add table ip lost");
        late.exec("nft", "add chain ip lost in { type filter hook input priority 0; }");
        late.exec("nft", "add rule ip lost in tcp sport 51821 meta length > 350 drop");
        assertThrows(IOException.class, () -> late.client().join(join));
        assertNoNode();
        assertEquals(1, member.client().peers().size(), "the member has not taken it in");
        late.exec("nft", "delete table ip lost");
        late.client().join(join);
        assertEquals(1, member.client().peers().size(), "a ghost");
        Eventually.holds(
                "it is alive", () -> member.client().peers().getFirst().state().equals("alive"));
    }

    /// Listens on a port of the machine, as another program would.
    private static Closeable take(String protocol, int port) throws IOException {
        try (NetworkNamespace namespace = NetworkNamespace.open(Path.of("/run/netns/wnwtB"))) {
            return namespace.run(
                    () ->
                            protocol.equals("UDP")
                                    ? new DatagramSocket(port)
                                    : new ServerSocket(port));
        }
    }

    @ParameterizedTest
    @CsvSource({"TCP,51821", "UDP,51820"})
    void aTakenPortMakesNoNodeAlsoNotAtTheNextStart(String protocol, int port) throws IOException {
        try (Closeable _ = take(protocol, port)) {
            IOException e = assertThrows(IOException.class, () -> late.client().init(INIT));
            assertTrue(
                    String.valueOf(e.getMessage()).contains(protocol + " " + port), e.getMessage());
            assertNoNode();
            late.stop();
            late.start();
            assertNoNode();
        }
        Eventually.holds("init works", () -> late.client().init(INIT) != null);
    }

    @Test
    void aPortTakenWhileTheTunnelWasDownIsAProblemUntilItIsFree() throws IOException {
        late.client().init(INIT);
        late.stop();
        late.stopTunnel();
        try (Closeable _ = take("UDP", 51820)) {
            late.start();
            Eventually.holds(
                    "the status names the port",
                    () -> late.client().status().problems().toString().contains("UDP 51820"));
        }
        Eventually.holds("all is well", () -> late.client().status().problems().isEmpty());
    }

    @Test
    void anEndpointThatNoOtherMachineReachesIsRefused() throws IOException {
        for (String endpoint :
                List.of("::1", "127.0.0.1:51820", "0.0.0.0", "224.0.0.1", "[fe80::1]:1")) {
            InitRequest init = new InitRequest("late", null, List.of(endpoint));
            RefusedException e =
                    assertThrows(RefusedException.class, () -> late.client().init(init), endpoint);
            assertFalse(e.problem().error().isBlank(), endpoint);
            assertNoNode();
        }
    }
}
