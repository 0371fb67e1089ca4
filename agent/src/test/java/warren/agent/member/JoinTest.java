// SPDX-License-Identifier: Apache-2.0
package warren.agent.member;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import warren.agent.store.NodeFiles;
import warren.agent.store.SavedNode;
import warren.agent.store.StateDirectory;
import warren.agent.store.TestNodes;
import warren.cluster.ClusterDescriptor;
import warren.cluster.ClusterSecret;
import warren.cluster.HostPort;
import warren.cluster.JoinResponder;
import warren.cluster.KnownNode;
import warren.cluster.MemberState;
import warren.cluster.NodeId;
import warren.cluster.NodeRecord;
import warren.wireguard.IpAddress;

/// The join exchange over real TCP on the loopback, with strangers in between. The member runs its
/// gossip loop, whose socket never binds here.
@Timeout(120)
class JoinTest {
    @TempDir Path directory;

    private final SecureRandom random = new SecureRandom();
    private final SavedNode member = TestNodes.node("member", 1);
    private final SavedNode newcomer = TestNodes.node("newcomer", 2);
    private final List<String> installed = new ArrayList<>();
    private GossipLoop gossip;
    private JoinListener listener;
    private HostPort seed;

    @BeforeEach
    void listen() throws IOException {
        NodeFiles files = new NodeFiles(StateDirectory.open(directory));
        TestNodes.save(files, member);
        gossip = new GossipLoop(member, files, 51821, new Recorder(), random);
        gossip.start();
        int port = freePort();
        listener = JoinListener.start(port, this::responder, new Recorder(), gossip);
        seed = new HostPort("127.0.0.1", port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }

    @AfterEach
    void close() throws IOException, InterruptedException {
        listener.close();
        gossip.stop();
    }

    @Test
    void aNewcomerIsInstalledBeforeItIsAnsweredAndLearnsEverybody() throws IOException {
        JoinDialer.Welcome welcome = dialer(newcomer).join(List.of(seed), _ -> newcomer.own());
        assertEquals(List.of("newcomer from 127.0.0.1"), installed);
        assertEquals(TestNodes.DESCRIPTOR, welcome.joined().cluster());
        assertEquals(member.own(), welcome.joined().responder());
        assertTrue(
                welcome.joined().nodes().stream()
                        .anyMatch(node -> node.record().equals(member.own())));
        assertEquals("newcomer", gossip.view().members().getFirst().record().name());
    }

    @Test
    void whoJoinedIsOnDiskWhenItIsAnswered() throws IOException {
        JoinDialer.Welcome _ = dialer(newcomer).join(List.of(seed), _ -> newcomer.own());
        SavedNode saved = new NodeFiles(StateDirectory.open(directory)).load();
        assertEquals(List.of(new KnownNode(newcomer.own(), MemberState.ALIVE, 1)), saved.others());
    }

    @Test
    void aNewcomerThatObjectsToTheNetworkIsNeverInstalled() {
        JoinDialer dialer =
                new JoinDialer(
                        TestNodes.CLUSTER,
                        TestNodes.secret(),
                        newcomer.identity(),
                        new SecureRandom(),
                        network -> "not in " + network);
        IOException e =
                assertThrows(
                        JoinDialer.NotJoinedException.class,
                        () -> dialer.join(List.of(seed), _ -> newcomer.own()));
        assertEquals("not in 10.100.0.0/16", e.getMessage());
        assertEquals(List.of(), gossip.view().members());
        assertEquals(List.of(), installed);
    }

    @Test
    void aWrongSecretIsOneClearErrorAndNobodyIsInstalled() {
        JoinDialer dialer =
                new JoinDialer(
                        TestNodes.CLUSTER,
                        ClusterSecret.random(new Random(5)),
                        newcomer.identity(),
                        random);
        JoinDialer.NotJoinedException e =
                assertThrows(
                        JoinDialer.NotJoinedException.class,
                        () -> dialer.join(List.of(seed), _ -> newcomer.own()));
        assertEquals(1, String.valueOf(e.getMessage()).lines().count());
        assertEquals(List.of(), installed);
        assertEquals(List.of(), gossip.view().members());
    }

    @Test
    void deadSeedsAreSteppedOverAndNamedWhereAllAreDead() throws IOException {
        HostPort dead = new HostPort("127.0.0.1", freePort());
        JoinDialer dialer = dialer(newcomer);
        JoinDialer.NotJoinedException e =
                assertThrows(
                        JoinDialer.NotJoinedException.class,
                        () -> dialer.join(List.of(dead), _ -> newcomer.own()));
        assertTrue(String.valueOf(e.getMessage()).contains(dead.toString()), e.getMessage());
        assertEquals(
                member.own(),
                dialer.join(List.of(dead, seed), _ -> newcomer.own()).joined().responder());
    }

    @Test
    void aNodeThatStartsFromOldStateSignsANewerRecordAndGetsIn() throws IOException {
        JoinDialer dialer = dialer(newcomer);
        JoinDialer.Welcome _ = dialer.join(List.of(seed), _ -> newer(newcomer, 5));
        List<Long> asked = new ArrayList<>();
        JoinDialer.Welcome _ =
                dialer.join(
                        List.of(seed),
                        above -> {
                            asked.add(above);
                            return above == 0 ? newcomer.own() : newer(newcomer, above + 1);
                        });
        assertEquals(List.of(0L, 5L), asked);
    }

    private static NodeRecord newer(SavedNode node, long sequence) {
        return NodeRecord.sign(
                node.own().content().withSequence(sequence), node.identity(), TestNodes.CLUSTER);
    }

    @Test
    void strangersBytesChangeNothing() throws IOException {
        long fixed = random.nextLong();
        Random bytes = new Random(fixed);
        for (int i = 0; i < 4; i++) {
            byte[] noise = new byte[1 + bytes.nextInt(4000)];
            bytes.nextBytes(noise);
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), seed.port())) {
                socket.setSoTimeout(20_000);
                socket.getOutputStream().write(noise);
                socket.shutdownOutput();
                socket.getInputStream().readAllBytes();
            } catch (IOException _) {
                // A reset is as good an answer as any.
            }
        }
        assertEquals(List.of(), installed, "seed " + fixed);
        assertEquals(List.of(), gossip.view().members(), "seed " + fixed);
        assertEquals(
                member.own(),
                dialer(newcomer).join(List.of(seed), _ -> newcomer.own()).joined().responder());
    }

    @Test
    void aCapturedJoinIsWorthNothingWhenReplayed() throws IOException {
        byte[] captured;
        try (RecordingProxy proxy = new RecordingProxy(seed.port())) {
            HostPort through = new HostPort("127.0.0.1", proxy.port());
            JoinDialer.Welcome _ = dialer(newcomer).join(List.of(through), _ -> newcomer.own());
            captured = proxy.sentByClient();
        }
        assertEquals(1, installed.size());
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), seed.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(captured);
            socket.shutdownOutput();
            byte[] answer = socket.getInputStream().readAllBytes();
            String plain = new String(answer, StandardCharsets.ISO_8859_1);
            assertTrue(!plain.contains("member"), "the answer names a node");
            assertTrue(answer.length < 200, "the answer is " + answer.length + " bytes long");
        }
        assertEquals(1, installed.size());
    }

    @Test
    void whoSaysNothingIsCutOff() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), seed.port())) {
            socket.setSoTimeout(60_000);
            assertEquals(0, socket.getInputStream().readAllBytes().length);
        }
    }

    @Test
    void ownRecordsAreOnDiskBeforeTheyArePublished() throws IOException {
        NodeRecord record = gossip.recordAbove(41);
        assertEquals(42, record.sequence());
        SavedNode saved = new NodeFiles(StateDirectory.open(directory)).load();
        assertEquals(record, saved.own());
        assertEquals(record, gossip.view().own());
    }

    @Test
    void aRecordThatCannotBeSavedIsNotPublished() throws IOException {
        Path obstacle = Files.createDirectory(directory.resolve("records.new"));
        Files.createFile(obstacle.resolve("in the way"));
        assertThrows(IOException.class, () -> gossip.recordAbove(41));
        assertEquals(member.own(), gossip.view().own());
        Files.delete(obstacle.resolve("in the way"));
        Files.delete(obstacle);
        assertEquals(42, gossip.recordAbove(41).sequence());
    }

    private JoinDialer dialer(SavedNode node) {
        return new JoinDialer(TestNodes.CLUSTER, TestNodes.secret(), node.identity(), random);
    }

    private JoinResponder responder() {
        return new JoinResponder(
                TestNodes.CLUSTER,
                List.of(TestNodes.secret()),
                member.identity(),
                new Cluster(),
                random);
    }

    private final class Cluster implements JoinResponder.Cluster {
        @Override
        public ClusterDescriptor descriptor() {
            return TestNodes.DESCRIPTOR;
        }

        @Override
        public boolean isEvicted(NodeId id) {
            return false;
        }

        @Override
        public List<KnownNode> known() {
            try {
                return gossip.known();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    /// Writes down who was installed.
    private final class Recorder implements MemberListener {
        @Override
        public void membersChanged() {}

        @Override
        public void foreignRecord(long instance) {}

        @Override
        public void recoveryDue(@Nullable NodeRecord target) {}

        @Override
        public void installed(NodeId id, IpAddress source) {
            String name =
                    gossip.view().members().stream()
                            .filter(each -> each.id().equals(id))
                            .map(each -> each.record().name())
                            .findFirst()
                            .orElse("nobody");
            installed.add(name + " from " + source);
        }
    }
}
