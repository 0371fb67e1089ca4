// SPDX-License-Identifier: Apache-2.0
package warren.agent.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import warren.control.AddressReport;
import warren.control.AttachRequest;
import warren.control.Attachment;
import warren.control.ControlClient;
import warren.control.DetachRequest;
import warren.control.EvictRequest;
import warren.control.EvictedNode;
import warren.control.InitRequest;
import warren.control.JoinRequest;
import warren.control.LeaveRequest;
import warren.control.Membership;
import warren.control.PeerStatus;
import warren.control.Problem;
import warren.control.RefusedException;
import warren.control.SecretStatus;
import warren.control.Status;
import warren.control.Token;

/// The server and the client together, over a real Unix socket.
@Timeout(60)
class HttpApiTest {
    @TempDir Path directory;

    private final ScriptedNode node = new ScriptedNode();
    private Path socket;
    private HttpApi api;

    @BeforeEach
    void start() throws IOException {
        socket = directory.resolve("agent.sock");
        Files.writeString(socket, "stale");
        api = HttpApi.start(node, socket);
    }

    @AfterEach
    void stop() {
        api.close();
        assertFalse(Files.exists(socket));
    }

    @Test
    void everyEndpointReachesTheNodeAndComesBack() throws IOException {
        ControlClient client = new ControlClient(socket);
        assertEquals("init alpha", client.init(new InitRequest("alpha", null, List.of())).name());
        assertEquals("join T", client.join(new JoinRequest("T", "beta", List.of())).name());
        assertEquals(new Token("token"), client.token());
        assertEquals(Status.State.UNINITIALISED, client.status().state());
        assertEquals(1000, client.peers().size());
        assertEquals(1, client.addresses().claimed());
        assertEquals(
                new Attachment("c1", "10.100.0.3", "169.254.1.1", 1420),
                client.attach(new AttachRequest("c1", "/run/netns/c1", "10.100.0.3")));
        client.detach(new DetachRequest("c1"));
        assertEquals("c1", node.detached);
    }

    @Test
    void onlyTheOwnerMayUseTheSocket() throws IOException {
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
    }

    @Test
    void aRefusalComesBackAsItsOneLine() {
        node.failure = new RefusedException(new Problem("not now", "later"));
        RefusedException e =
                assertThrows(RefusedException.class, () -> new ControlClient(socket).token());
        assertEquals("not now; later", e.getMessage());
    }

    @Test
    void aFailureOfTheWorldComesBackAsItsOneLine() {
        node.failure = new IOException("the disk is full");
        RefusedException e =
                assertThrows(RefusedException.class, () -> new ControlClient(socket).token());
        assertEquals("the disk is full", e.getMessage());
    }

    @Test
    void requestsThatAreNoneGetAnAnswerAndTheServerLives() throws IOException {
        assertTrue(say("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n").startsWith("HTTP/1.1 404"));
        assertTrue(post("/v1/attach", "{").startsWith("HTTP/1.1 400"));
        assertTrue(post("/v1/attach", "{\"name\":5}").startsWith("HTTP/1.1 400"));
        assertTrue(post("/v1/attach", "[".repeat(60_000)).startsWith("HTTP/1.1 400"));
        assertTrue(post("/v1/attach", "x".repeat(70_000)).startsWith("HTTP/1.1 4"));
        String _ = say("\u0000\u0001 nonsense\r\n\r\n");
        assertEquals(new Token("token"), new ControlClient(socket).token());
    }

    private String post(String path, String body) throws IOException {
        return say(
                "POST "
                        + path
                        + " HTTP/1.1\r\nHost: x\r\nContent-Length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body);
    }

    private String say(String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            ByteBuffer out = ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8));
            try {
                while (out.hasRemaining()) {
                    channel.write(out);
                }
            } catch (IOException _) {
                // The server need not read to the end what it refuses.
            }
            ByteBuffer in = ByteBuffer.allocate(4096);
            channel.read(in);
            return new String(in.array(), 0, in.position(), StandardCharsets.UTF_8);
        }
    }

    /// A node that answers from a script.
    private static final class ScriptedNode implements Node {
        private IOException failure;
        private String detached;

        @Override
        public Membership init(InitRequest request) {
            return new Membership("c", "n", "init " + request.name(), "i", "a");
        }

        @Override
        public Membership join(JoinRequest request) {
            return new Membership("c", "n", "join " + request.token(), "i", "a");
        }

        @Override
        public Token token() throws IOException {
            if (failure != null) {
                throw failure;
            }
            return new Token("token");
        }

        @Override
        public SecretStatus secret() {
            return new SecretStatus(3, 2, List.of(), List.of());
        }

        @Override
        public SecretStatus rotate() {
            return new SecretStatus(
                    4, 2, List.of(new SecretStatus.Waiting("n", "i", true)), List.of());
        }

        @Override
        public EvictedNode evict(EvictRequest request) {
            return new EvictedNode(request.node(), "i");
        }

        @Override
        public Membership leave(LeaveRequest request) throws IOException {
            if (!request.force()) {
                throw new RefusedException(new Problem("a container is attached", null));
            }
            return new Membership("c1", "10.100.0.0/16", "a", "aa", "fd00::1");
        }

        @Override
        public Status status() {
            return Status.uninitialised(List.of());
        }

        @Override
        public List<PeerStatus> peers() {
            PeerStatus peer =
                    new PeerStatus(
                            "n", "i", "a", "k", "alive", "none", null, null, 0, 0, 1420, List.of());
            return java.util.Collections.nCopies(1000, peer);
        }

        @Override
        public AddressReport addresses() {
            return new AddressReport("10.100.0.0/16", "fd00::/48", 65536, 1, List.of(), List.of());
        }

        @Override
        public Attachment attach(AttachRequest request) {
            return new Attachment(request.name(), request.address(), "169.254.1.1", 1420);
        }

        @Override
        public void detach(DetachRequest request) {
            detached = request.name();
        }
    }
}
