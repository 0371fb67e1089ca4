// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import warren.control.ContainerStatus;
import warren.control.ControlClient;
import warren.control.Message;
import warren.control.NodeStatus;
import warren.control.PeerStatus;
import warren.control.Status;

/// What the build runs once to fill the AOT cache: the reading commands, once without an agent and
/// once with answers of the usual shape, so that the cache holds every class on their way.
final class Training {
    private static final String KEY = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=";

    private Training() {}

    static void main() throws IOException {
        Path directory = Files.createTempDirectory("warren-training-");
        Path socket = directory.resolve("agent.sock");
        try {
            run(socket, "status");
            try (ServerSocketChannel server =
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                server.bind(UnixDomainSocketAddress.of(socket));
                Thread.ofPlatform().daemon().start(() -> answer(server));
                for (String command : List.of("status", "peers", "token")) {
                    run(socket, command);
                    run(socket, command, "--json");
                }
            }
            Main.run("help");
            run(socket, "attach");
        } finally {
            Files.deleteIfExists(socket);
            Files.delete(directory);
        }
    }

    private static void run(Path socket, String... arguments) {
        PrintStream nowhere =
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        Commands.run(
                new Console(
                        new ByteArrayInputStream(new byte[0]),
                        nowhere,
                        nowhere,
                        () -> new ControlClient(socket)),
                arguments);
    }

    private static void answer(ServerSocketChannel server) {
        try {
            while (true) {
                try (SocketChannel caller = server.accept()) {
                    caller.write(ByteBuffer.wrap(response(request(caller))));
                }
            }
        } catch (IOException _) {
            // The socket was closed: the training is over.
        }
    }

    /// The first bytes of a request; its path stands among them.
    private static String request(SocketChannel caller) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4096);
        caller.read(bytes);
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
    }

    private static byte[] response(String request) {
        String body =
                request.contains("/peers")
                        ? Message.jsonText(List.of(peer()))
                        : request.contains("/token") ? "{\"token\":\"none\"}" : status().jsonText();
        String head = "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n";
        return (head + body).getBytes(StandardCharsets.US_ASCII);
    }

    private static Status status() {
        NodeStatus node =
                new NodeStatus(
                        "a",
                        "0123456789abcdef",
                        "fd00::1",
                        KEY,
                        "userspace",
                        List.of("10.100.0.0/26"),
                        List.of("192.0.2.1:51820"));
        return new Status(
                Status.State.JOINED,
                "0123456789",
                "10.100.0.0/16",
                node,
                List.of(new ContainerStatus("c", "10.100.0.2")),
                List.of("none"));
    }

    private static PeerStatus peer() {
        return new PeerStatus(
                "b",
                "0123456789abcdef",
                "fd00::2",
                KEY,
                "alive",
                "direct",
                "192.0.2.2:51820",
                1L,
                1 << 20,
                1,
                1420,
                List.of("10.100.0.64/26"));
    }
}
