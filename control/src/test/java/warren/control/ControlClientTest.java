// SPDX-License-Identifier: Apache-2.0
package warren.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The client against a server that says exactly what the test wants, good and bad.
@Timeout(20)
class ControlClientTest {
    @TempDir Path directory;

    private Path socket;
    private ServerSocketChannel server;

    @BeforeEach
    void listen() throws IOException {
        socket = directory.resolve("agent.sock");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @Test
    void readsAnAnswerThatComesInSmallPieces() throws IOException {
        String body = Status.uninitialised(List.of()).jsonText();
        CompletableFuture<String> request = answer(ok(body), 3);
        assertEquals(Status.State.UNINITIALISED, new ControlClient(socket).status().state());
        assertTrue(request.join().startsWith("GET /v1/status HTTP/1.1\r\n"));
    }

    @Test
    void sendsTheRequestWhole() throws IOException {
        CompletableFuture<String> request = answer(ok("{}"), 1000);
        new ControlClient(socket).detach(new DetachRequest("c1"));
        assertTrue(request.join().endsWith("\r\n\r\n{\"name\":\"c1\"}"), request.join());
    }

    @Test
    void aRefusalIsOneLineWithItsHint() {
        String problem = new Problem("no such thing", "try another").jsonText();
        answer(reply("409 Conflict", problem), 1000);
        RefusedException e =
                assertThrows(RefusedException.class, () -> new ControlClient(socket).token());
        assertEquals("no such thing; try another", e.getMessage());
    }

    @Test
    void anErrorWithoutAProblemNamesItsStatus() {
        answer(reply("500 Oops", "boom"), 1000);
        RefusedException e =
                assertThrows(RefusedException.class, () -> new ControlClient(socket).token());
        assertEquals("the agent answered with HTTP status 500", e.getMessage());
    }

    @Test
    void nobodyThereSaysHowToStartTheAgent() {
        RefusedException e =
                assertThrows(
                        RefusedException.class,
                        () -> new ControlClient(directory.resolve("none.sock")).status());
        assertTrue(e.getMessage().contains("the agent is not running"), e.getMessage());
        assertTrue(e.getMessage().contains("warren agent"), e.getMessage());
    }

    @Test
    void aStaleSocketReadsAsNobodyThere() throws IOException {
        server.close();
        RefusedException e =
                assertThrows(RefusedException.class, () -> new ControlClient(socket).status());
        assertTrue(e.getMessage().contains("the agent is not running"), e.getMessage());
    }

    @Test
    void answersThatAreNoHttpEndTheCallWithAReason() {
        for (String bad :
                List.of(
                        "",
                        "hello",
                        "HTTP/1.1 200 OK\r\n\r\n",
                        "HTTP/1.1 xyz OK\r\nContent-Length: 0\r\n\r\n",
                        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
                        "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n",
                        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
                        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
                        "HTTP/1.1 200 OK\r\nX: " + "y".repeat(20_000))) {
            answer(bad, 1000);
            assertThrows(
                    IOException.class,
                    () -> new ControlClient(socket).detach(new DetachRequest("x")));
        }
    }

    private static String ok(String body) {
        return reply("200 OK", body);
    }

    private static String reply(String status, String body) {
        return "HTTP/1.1 "
                + status
                + "\r\nDate: now\r\ncontent-LENGTH: "
                + body.length()
                + "\r\nConnection: keep-alive\r\n\r\n"
                + body;
    }

    /// Serves one connection; the future has what the client sent.
    @CanIgnoreReturnValue
    private CompletableFuture<String> answer(String text, int pieces) {
        CompletableFuture<String> request = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try (SocketChannel channel = server.accept()) {
                                request.complete(read(channel));
                                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                                for (int at = 0; at < bytes.length; at += pieces) {
                                    int length = Math.min(pieces, bytes.length - at);
                                    channel.write(ByteBuffer.wrap(bytes, at, length));
                                }
                            } catch (IOException e) {
                                request.completeExceptionally(new UncheckedIOException(e));
                            }
                        });
        return request;
    }

    private static String read(SocketChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        while (channel.read(buffer) > 0) {
            String text = new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
            int end = text.indexOf("\r\n\r\n");
            int body = text.indexOf("Content-Length: ");
            if (end > 0 && body > 0) {
                String length = text.substring(body + 16, text.indexOf('\r', body));
                if (text.length() >= end + 4 + Integer.parseInt(length)) {
                    return text;
                }
            }
        }
        throw new IOException("the client closed early");
    }
}
