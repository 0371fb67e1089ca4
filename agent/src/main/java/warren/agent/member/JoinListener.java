// SPDX-License-Identifier: Apache-2.0
package warren.agent.member;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import warren.cluster.JoinLimiter;
import warren.cluster.JoinResponder;
import warren.cluster.JoinStep;
import warren.cluster.NodeId;
import warren.wireguard.IpAddress;

/// The member's side of the join exchange: listens on the underlay and serves each connection on a
/// virtual thread of its own, within limits of number, rate and time. Strangers may connect.
public final class JoinListener implements AutoCloseable {
    private static final Logger LOG = System.getLogger(JoinListener.class.getName());

    /// Each costs a thread stack of a few KB and one Noise handshake; a thousand nodes that start
    /// at once try again with jitter.
    private static final int MAX_CONNECTIONS = 64;

    private static final int BACKLOG = 128;
    private static final int CHUNK = 16 << 10;

    private final ServerSocket server;
    private final Supplier<JoinResponder> responders;
    private final MemberListener listener;
    private final GossipLoop gossip;
    private final JoinLimiter limiter = new JoinLimiter();
    private final Semaphore free = new Semaphore(MAX_CONNECTIONS);
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

    /// Connections turned away, which are not worth a line each.
    private final LongAdder refused = new LongAdder();

    private JoinListener(
            ServerSocket server,
            Supplier<JoinResponder> responders,
            MemberListener listener,
            GossipLoop gossip) {
        this.server = server;
        this.responders = responders;
        this.listener = listener;
        this.gossip = gossip;
    }

    /// Listens on every address of the host, IPv4 and IPv6.
    public static JoinListener start(
            int port,
            Supplier<JoinResponder> responders,
            MemberListener listener,
            GossipLoop gossip)
            throws IOException {
        ServerSocket server = bind(port);
        JoinListener joins = new JoinListener(server, responders, listener, gossip);
        Thread.ofVirtual().name("join-accept").start(joins::accept);
        return joins;
    }

    /// Tries the port, so that a machine on which it is taken is not made a node first.
    public static void refuseTaken(int port) throws IOException {
        bind(port).close();
    }

    private static ServerSocket bind(int port) throws IOException {
        ServerSocket server = new ServerSocket();
        try {
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(port), BACKLOG);
            return server;
        } catch (IOException e) {
            server.close();
            throw new IOException(
                    "cannot listen for joins on TCP " + port + ": " + e.getMessage(), e);
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                if (!admit(socket)) {
                    refused.increment();
                    socket.close();
                }
            } catch (IOException e) {
                if (!server.isClosed()) {
                    LOG.log(Level.WARNING, "join not accepted reason={0}", e.getMessage());
                }
            }
        }
    }

    private boolean admit(Socket socket) {
        IpAddress source = IpAddress.of(socket.getInetAddress());
        if (!limiter.admit(source, System.nanoTime()) || !free.tryAcquire()) {
            return false;
        }
        connections.add(socket);
        Thread.ofVirtual().name("join-" + source).start(() -> serve(socket, source));
        return true;
    }

    private void serve(Socket socket, IpAddress source) {
        try (socket;
                JoinResponder responder = responders.get()) {
            new Exchange(socket, responder, source).run();
        } catch (IOException | UncheckedIOException e) {
            LOG.log(Level.INFO, "join ended early source={0} reason={1}", source, e.getMessage());
        } finally {
            connections.remove(socket);
            free.release();
        }
    }

    /// One connection. Confined to its thread.
    private final class Exchange {
        private final Socket socket;
        private final JoinResponder responder;
        private final IpAddress source;
        private final long deadlineNanos =
                System.nanoTime() + TimeUnit.SECONDS.toNanos(JoinResponder.TIMEOUT_SECONDS);
        private boolean over;

        Exchange(Socket socket, JoinResponder responder, IpAddress source) {
            this.socket = socket;
            this.responder = responder;
            this.source = source;
        }

        void run() throws IOException {
            InputStream in = socket.getInputStream();
            byte[] chunk = new byte[CHUNK];
            while (!over) {
                long millis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
                if (millis <= 0) {
                    throw new SocketTimeoutException("too slow");
                }
                socket.setSoTimeout((int) millis);
                int read = in.read(chunk);
                follow(
                        read < 0
                                ? responder.onEnd()
                                : responder.onBytes(Arrays.copyOf(chunk, read)));
                over |= read < 0;
            }
        }

        private void follow(List<JoinStep> steps) throws IOException {
            OutputStream out = socket.getOutputStream();
            for (JoinStep step : steps) {
                switch (step) {
                    case JoinStep.Send(byte[] bytes) -> out.write(bytes);
                    case JoinStep.Install(var newcomer) -> {
                        gossip.learn(List.of(newcomer));
                        NodeId id = newcomer.record().id();
                        listener.installed(id, source);
                        LOG.log(
                                Level.INFO,
                                "node joined name={0} id={1} source={2}",
                                newcomer.record().name(),
                                id,
                                source);
                        follow(responder.installed());
                    }
                    case JoinStep.Failed(var reason, String message, long _) -> {
                        LOG.log(
                                Level.INFO,
                                "join refused source={0} reason={1} message={2}",
                                source,
                                reason,
                                message);
                        over = true;
                    }
                    case JoinStep.Done _ -> over = true;
                    case JoinStep.Joined _ ->
                            throw new IllegalStateException("a responder does not join");
                }
            }
        }
    }

    /// Stops listening and ends what is under way.
    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : connections) {
            socket.close();
        }
    }
}
