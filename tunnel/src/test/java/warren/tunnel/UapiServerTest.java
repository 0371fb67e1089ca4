// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import warren.linux.errno.Errno;

@Timeout(30)
class UapiServerTest {
    @TempDir Path temporary;
    private Path directory;
    private final RecordingTarget target = new RecordingTarget();
    private final CountDownLatch removed = new CountDownLatch(1);
    private UapiServer server;
    private UapiClient client;

    @BeforeEach
    void serve() throws IOException {
        directory = temporary.resolve("wireguard");
        UapiSocket socket = UapiSocket.open(directory, "wtn0");
        server = UapiServer.start(socket, target, removed::countDown);
        client = new UapiClient(socket.path());
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void aClientGetsTheState() throws IOException {
        target.state = new DeviceState(null, 51820, 7, List.of());
        assertEquals(target.state, client.get());
    }

    @Test
    void aClientsChangeArrives() throws IOException {
        client.set(DeviceConfig.unchanged().withListenPort(4));
        assertEquals(List.of(new UapiLine.SetListenPort(4)), target.applied);
    }

    @Test
    void aClientHearsTheErrno() {
        target.errno = Errno.EADDRINUSE;
        UapiException refused =
                assertThrows(
                        UapiException.class,
                        () -> client.set(DeviceConfig.unchanged().withListenPort(4)));
        assertEquals(Errno.EADDRINUSE, refused.errno());
    }

    @Test
    void aConnectionStaysOpenThroughRequestsAndRefusals() throws IOException {
        try (SocketChannel connection = connect()) {
            assertEquals("errno=0\n\n", exchange(connection, "get=1\n\n"));
            assertEquals("errno=-22\n\n", exchange(connection, "set=1\nnosuch=1\n\n"));
            assertEquals("errno=0\n\n", exchange(connection, "set=1\nfwmark=1\n\n"));
            assertEquals("errno=0\n\n", exchange(connection, "get=1\n\n"));
        }
        assertEquals(List.of(new UapiLine.SetFwmark(1)), target.applied);
    }

    @Test
    void aRefusedOrCutRequestChangesNothing() throws IOException {
        try (SocketChannel connection = connect()) {
            exchange(connection, "set=1\nfwmark=1\nlisten_port=x\n\n");
        }
        try (SocketChannel connection = connect()) {
            connection.write(ascii("set=1\nfwmark=2\n"));
            connection.shutdownOutput();
            assertEquals("errno=-71\n\n", read(connection));
        }
        assertEquals(List.of(), target.applied);
    }

    @Test
    void aClientThatStallsWithinARequestHindersNobody() throws IOException {
        try (SocketChannel stalled = connect()) {
            stalled.write(ascii("set=1\nfwmark=1\n"));
            client.set(DeviceConfig.unchanged().withFwmark(2));
            assertEquals(List.of(new UapiLine.SetFwmark(2)), target.applied);
        }
    }

    @Test
    void tooManyConnectionsAreTurnedAwayAndTheOthersStay() throws IOException {
        List<SocketChannel> open = new ArrayList<>();
        try {
            for (int i = 0; i < UapiLimits.CONNECTIONS; i++) {
                open.add(connect());
                assertEquals("errno=0\n\n", exchange(open.getLast(), "get=1\n\n"));
            }
            try (SocketChannel surplus = connect()) {
                assertEquals("", read(surplus));
            }
            assertEquals("errno=0\n\n", exchange(open.getFirst(), "get=1\n\n"));
        } finally {
            for (SocketChannel connection : open) {
                connection.close();
            }
        }
    }

    @Test
    void theSocketIsItsOwnersAlone() throws IOException {
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(directory.resolve("wtn0.sock"))));
        assertEquals(
                "rwx------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
        try (var files = Files.list(directory)) {
            assertEquals(List.of(directory.resolve("wtn0.sock")), files.toList());
        }
    }

    @Test
    void aSocketThatAnswersIsNotTaken() {
        IOException refused =
                assertThrows(IOException.class, () -> UapiSocket.open(directory, "wtn0").close());
        assertTrue(refused.getMessage().contains("already running"), refused.getMessage());
        assertTrue(Files.exists(directory.resolve("wtn0.sock")));
    }

    @Test
    void aSocketThatADeadProcessLeftIsReplaced() throws IOException {
        Path path = directory.resolve("wtn1.sock");
        try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(path));
        }
        try (UapiSocket socket = UapiSocket.open(directory, "wtn1")) {
            assertTrue(socket.isInPlace());
        }
        assertFalse(Files.exists(path));
    }

    @Test
    void closingRemovesTheSocketAndEndsConnections() throws IOException {
        try (SocketChannel connection = connect()) {
            exchange(connection, "get=1\n\n");
            server.close();
            assertEquals("", read(connection));
        }
        assertFalse(Files.exists(directory.resolve("wtn0.sock")));
        assertEquals(1, removed.getCount());
    }

    @Test
    void removingTheSocketIsNoticed() throws IOException, InterruptedException {
        Files.delete(directory.resolve("wtn0.sock"));
        assertTrue(removed.await(10, TimeUnit.SECONDS));
    }

    @Test
    void replacingTheSocketIsNoticedAndTheNewOneKept() throws Exception {
        Path path = directory.resolve("wtn0.sock");
        Files.delete(path);
        Files.createFile(path);
        assertTrue(removed.await(10, TimeUnit.SECONDS));
        server.close();
        assertTrue(Files.exists(path));
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("wtn0.sock")));
    }

    private static String exchange(SocketChannel connection, String request) throws IOException {
        connection.write(ascii(request));
        return read(connection);
    }

    /// One answer, or what there is at the end of the stream.
    private static String read(SocketChannel connection) throws IOException {
        StringBuilder text = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (!text.toString().endsWith("\n\n") && connection.read(one) > 0) {
            text.append((char) one.flip().get());
            one.clear();
        }
        return text.toString();
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
