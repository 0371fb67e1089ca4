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
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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

    /// Between attempts where the kernel gives no connection, as without free descriptors.
    private static final Duration ACCEPT_PAUSE = Duration.ofMillis(200);

    /// How often connections are looked at that outlived their time.
    private static final Duration REAP_PERIOD = Duration.ofSeconds(1);
    private static final int CHUNK = 16 << 10;

    private final ServerSocket server;
    private final Supplier<JoinResponder> responders;
    private final MemberListener listener;
    private final GossipLoop gossip;
    private final JoinLimiter limiter = new JoinLimiter();
    private final Semaphore free = new Semaphore(MAX_CONNECTIONS);
    /// Each with the time by which it must be over. Reading has a timeout of its own; a write to
    /// one who does not read has none, so such a connection is closed from outside.
    private final Map<Socket, Long> connections = new ConcurrentHashMap<>();

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
        ServerSocket server = bind(port, true);
        JoinListener joins = new JoinListener(server, responders, listener, gossip);
        Thread.ofVirtual().name("join-accept").start(joins::accept);
        Thread.ofVirtual().name("join-reap").start(joins::reap);
        return joins;
    }

    /// Tries the port, so that a machine on which it is taken is not made a node first.
    public static void refuseTaken(int port) throws IOException {
        bind(port, false).close();
    }

    /// @param shared whether it may stand beside the listener of bulk streams, which has the same
    ///     port on the node address alone
    private static ServerSocket bind(int port, boolean shared) throws IOException {
        ServerSocket server = new ServerSocket();
        try {
            server.setReuseAddress(true);
            server.setOption(StandardSocketOptions.SO_REUSEPORT, shared);
            server.bind(new InetSocketAddress(port), BACKLOG);
            return server;
        } catch (IOException e) {
            server.close();
            throw new IOException(
                    "cannot listen for joins on TCP " + port + ": " + e.getMessage(), e);
        }
    }

    private void accept() {
        String lastFailure = null;
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                lastFailure = null;
                if (!admit(socket)) {
                    refused.increment();
                    socket.close();
                }
            } catch (IOException e) {
                String failure = String.valueOf(e.getMessage());
                if (!server.isClosed() && !failure.equals(lastFailure)) {
                    LOG.log(Level.WARNING, "join not accepted reason={0}", failure);
                }
                lastFailure = failure;
                if (!pause(ACCEPT_PAUSE)) {
                    return;
                }
            }
        }
    }

    /// Closes what is not over in time, whatever it waits for.
    private void reap() {
        while (!server.isClosed() && pause(REAP_PERIOD)) {
            long nowNanos = System.nanoTime();
            connections.forEach(
                    (socket, deadlineNanos) -> {
                        if (deadlineNanos - nowNanos <= 0) {
                            close(socket);
                        }
                    });
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "join not closed reason={0}", e.getMessage());
        }
    }

    /// False where the thread is to end.
    private static boolean pause(Duration time) {
        try {
            Thread.sleep(time);
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean admit(Socket socket) {
        IpAddress source = IpAddress.of(socket.getInetAddress());
        if (!limiter.admit(source, System.nanoTime()) || !free.tryAcquire()) {
            return false;
        }
        long deadlineNanos =
                System.nanoTime() + TimeUnit.SECONDS.toNanos(JoinResponder.TIMEOUT_SECONDS);
        connections.put(socket, deadlineNanos);
        Thread.ofVirtual().name("join-" + source).start(() -> serve(socket, source, deadlineNanos));
        return true;
    }

    private void serve(Socket socket, IpAddress source, long deadlineNanos) {
        try (socket;
                JoinResponder responder = responders.get()) {
            new Exchange(socket, responder, source, deadlineNanos).run();
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
        private final long deadlineNanos;
        private boolean over;

        Exchange(Socket socket, JoinResponder responder, IpAddress source, long deadlineNanos) {
            this.socket = socket;
            this.responder = responder;
            this.source = source;
            this.deadlineNanos = deadlineNanos;
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
        for (Socket socket : connections.keySet()) {
            socket.close();
        }
    }
}
