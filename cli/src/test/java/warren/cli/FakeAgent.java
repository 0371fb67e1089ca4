// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// An agent's socket that answers what a test tells it to and remembers what it was asked.
final class FakeAgent implements AutoCloseable {
    private final ServerSocketChannel server;
    private final Thread serving;
    private final Map<String, String> answers = new HashMap<>();
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    FakeAgent(Path socket) throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        serving = Thread.ofPlatform().daemon().name("fake-agent").start(this::serve);
    }

    void answer(String path, int status, String body) {
        answers.put(path, head(status, body) + body);
    }

    List<String> requests() {
        return requests;
    }

    private static String head(int status, String body) {
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        return "HTTP/1.1 " + status + " X\r\nContent-Length: " + length + "\r\n\r\n";
    }

    private void serve() {
        while (server.isOpen()) {
            try (SocketChannel caller = server.accept()) {
                String request = read(caller);
                requests.add(request);
                String path = request.split(" ", 3)[1];
                String answer = answers.getOrDefault(path, head(404, ""));
                caller.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
            } catch (IOException _) {
                return;
            }
        }
    }

    private static String read(SocketChannel caller) throws IOException {
        StringBuilder text = new StringBuilder();
        ByteBuffer bytes = ByteBuffer.allocate(65_536);
        while (!complete(text) && caller.read(bytes) >= 0) {
            text.append(StandardCharsets.UTF_8.decode(bytes.flip()));
            bytes.clear();
        }
        return text.toString();
    }

    private static boolean complete(StringBuilder text) {
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return false;
        }
        int length =
                text.substring(0, end)
                        .lines()
                        .filter(line -> line.startsWith("Content-Length: "))
                        .mapToInt(line -> Integer.parseInt(line.substring(16)))
                        .findFirst()
                        .orElse(0);
        return text.length() >= end + 4 + length;
    }

    /// When this returns nobody is answered any more: until the thread has come out of `accept`,
    /// the kernel still lets callers in.
    @Override
    public void close() {
        try {
            server.close();
            serving.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
