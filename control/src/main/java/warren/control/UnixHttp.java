// SPDX-License-Identifier: Apache-2.0
package warren.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// As much of HTTP/1.1 (RFC 9112) as the agent's own server needs: one request a connection, a body
/// with `Content-Length`, nothing chunked, every size bounded. The JDK's client cannot speak over a
/// Unix socket, and a client library would cost more start-up time than the whole command.
final class UnixHttp {
    private static final int HEAD_LIMIT = 16 << 10;

    /// Ample for the peers of a thousand nodes (about 0.5 KB each).
    private static final int BODY_LIMIT = 32 << 20;

    private final Path socket;

    UnixHttp(Path socket) {
        this.socket = socket;
    }

    byte[] get(String path, Duration limit) throws IOException {
        return exchange("GET", path, new byte[0], limit);
    }

    byte[] post(String path, byte[] body, Duration limit) throws IOException {
        return exchange("POST", path, body, limit);
    }

    private byte[] exchange(String method, String path, byte[] body, Duration limit)
            throws IOException {
        try (SocketChannel channel = connect();
                Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
            Deadline deadline = new Deadline(selector, System.nanoTime() + limit.toNanos());
            send(channel, request(method, path, body), deadline);
            key.interestOps(SelectionKey.OP_READ);
            return new Reply(channel, deadline).body();
        }
    }

    private SocketChannel connect() throws IOException {
        try {
            return SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            throw notRunning(e);
        }
    }

    private IOException notRunning(IOException cause) {
        Path directory = socket.toAbsolutePath().getParent();
        boolean closed =
                directory != null && Files.exists(directory) && !Files.isExecutable(directory);
        if (closed || (Files.exists(socket) && !Files.isWritable(socket))) {
            return new RefusedException(
                    new Problem("no permission to use " + socket, "run the command as root"));
        }
        RefusedException refused =
                new RefusedException(
                        new Problem(
                                "the agent is not running (nobody answers at " + socket + ")",
                                "start it with: warren agent"));
        refused.addSuppressed(cause);
        return refused;
    }

    private static ByteBuffer request(String method, String path, byte[] body) {
        byte[] head =
                (method
                                + " "
                                + path
                                + " HTTP/1.1\r\nHost: warren\r\nConnection: close\r\n"
                                + "Content-Type: application/json\r\nContent-Length: "
                                + body.length
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(head.length + body.length).put(head).put(body).flip();
    }

    private static void send(SocketChannel channel, ByteBuffer bytes, Deadline deadline)
            throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) {
                deadline.await();
            }
        }
    }

    /// Waits for a channel no longer than the exchange as a whole may take.
    private record Deadline(Selector selector, long atNanos) {
        void await() throws IOException {
            long millis = (atNanos - System.nanoTime()) / 1_000_000;
            if (millis <= 0 || (selector.select(millis) == 0 && atNanos - System.nanoTime() <= 0)) {
                throw new RefusedException(
                        new Problem("the agent did not answer in time", "see the agent's log"));
            }
            selector.selectedKeys().clear();
        }
    }

    /// One answer being read. Confined to the calling thread.
    private static final class Reply {
        private final SocketChannel channel;
        private final Deadline deadline;
        /// Bytes read and not yet taken: between position and limit.
        private final ByteBuffer chunk = ByteBuffer.allocate(HEAD_LIMIT).flip();

        Reply(SocketChannel channel, Deadline deadline) {
            this.channel = channel;
            this.deadline = deadline;
        }

        /// The body of a 2xx answer; anything else is thrown as the problem that the body tells.
        byte[] body() throws IOException {
            String head = head();
            int status = status(head);
            byte[] body = readBody(length(head, status));
            if (status >= 200 && status < 300) {
                return body;
            }
            throw new RefusedException(problem(status, body));
        }

        private String head() throws IOException {
            ByteArrayOutputStream head = new ByteArrayOutputStream(256);
            int matched = 0;
            while (matched < 4) {
                byte octet = next();
                head.write(octet);
                boolean expected = octet == (matched % 2 == 0 ? '\r' : '\n');
                matched = expected ? matched + 1 : octet == '\r' ? 1 : 0;
                if (head.size() > HEAD_LIMIT) {
                    throw new IOException("the agent's answer has no end of its header");
                }
            }
            return head.toString(StandardCharsets.US_ASCII);
        }

        private byte next() throws IOException {
            if (!fill()) {
                throw new IOException("the agent closed the connection before it answered");
            }
            return chunk.get();
        }

        /// Whether there is a byte to take; false at the end of the stream.
        private boolean fill() throws IOException {
            if (chunk.hasRemaining()) {
                return true;
            }
            chunk.clear();
            int read;
            while ((read = channel.read(chunk)) == 0) {
                deadline.await();
            }
            chunk.flip();
            return read > 0;
        }

        private byte[] readBody(int length) throws IOException {
            byte[] body = new byte[length];
            int at = 0;
            while (at < length) {
                if (!fill()) {
                    throw new IOException("the agent's answer ends too early");
                }
                int some = Math.min(chunk.remaining(), length - at);
                chunk.get(body, at, some);
                at += some;
            }
            return body;
        }

        private static int status(String head) throws IOException {
            if (head.length() < 12 || !head.startsWith("HTTP/1.1 ")) {
                throw new IOException("the answer is not HTTP/1.1");
            }
            try {
                return Integer.parseInt(head.substring(9, 12));
            } catch (NumberFormatException _) {
                throw new IOException("the answer has no status");
            }
        }

        private static int length(String head, int status) throws IOException {
            String text = header(head, "content-length");
            if (text == null) {
                if (status == 204) {
                    return 0;
                }
                throw new IOException("the answer does not say its length");
            }
            try {
                int length = Integer.parseInt(text);
                if (length < 0 || length > BODY_LIMIT) {
                    throw new IOException("the answer is too long: " + text);
                }
                return length;
            } catch (NumberFormatException _) {
                throw new IOException("the answer's length is no number");
            }
        }

        private static @Nullable String header(String head, String name) {
            return head.lines()
                    .skip(1)
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse(null);
        }

        private static Problem problem(int status, byte[] body) {
            try {
                return Problem.parse(body);
            } catch (MalformedJsonException _) {
                return new Problem("the agent answered with HTTP status " + status, null);
            }
        }
    }
}
