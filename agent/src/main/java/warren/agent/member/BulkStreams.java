// SPDX-License-Identifier: Apache-2.0
package warren.agent.member;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import warren.cluster.BulkSync;
import warren.wireguard.IpAddress;

/// TCP between node addresses inside the tunnel, where two nodes differ in more than datagrams mend
/// quickly: listens for members, and opens one stream at a time to another. Each stream has a
/// virtual thread, and a second one that ends it when its time is over. Thread-safe.
///
/// Members alone are answered, by the source address that the tunnel vouches for; that it is the
/// member's agent, and not another process there, each frame's MAC says.
final class BulkStreams implements AutoCloseable {
    private static final Logger LOG = System.getLogger(BulkStreams.class.getName());

    private static final int BACKLOG = 16;
    private static final int CONNECT_MILLIS = 3000;

    /// What a stream is about.
    interface Protocol extends BulkStream.Core {
        /// On the loop: the state of a stream that was opened to us; null where `from` is no
        /// member.
        @Nullable BulkSync accept(IpAddress from);
    }

    private final Protocol protocol;
    private final BulkStream.Limits limits;
    private final Semaphore free;
    private final AtomicBoolean opening = new AtomicBoolean();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    /// When each member last opened a stream to us; those of now, too. Holds members alone.
    private final Map<IpAddress, Long> lastNanos = new ConcurrentHashMap<>();

    private final Set<IpAddress> present = ConcurrentHashMap.newKeySet();
    private final LongAdder refused = new LongAdder();
    private volatile @Nullable ServerSocket server;
    private volatile boolean closed;

    BulkStreams(Protocol protocol, BulkStream.Limits limits) {
        this.protocol = protocol;
        this.limits = limits;
        this.free = new Semaphore(limits.streams());
    }

    /// Listens on the node address; nothing where it does already.
    ///
    /// @throws IOException where the address is not on any link (yet)
    void listen(InetSocketAddress at) throws IOException {
        ServerSocket open = server;
        if (open != null && !open.isClosed()) {
            return;
        }
        ServerSocket socket = new ServerSocket();
        try {
            // The join listener has the same port on all addresses, and says so too.
            socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            socket.setReuseAddress(true);
            socket.bind(at, BACKLOG);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        server = socket;
        Thread.ofVirtual().name("bulk-accept").start(() -> accept(socket));
    }

    /// The port listened on; tests let the system choose.
    int port() {
        ServerSocket open = server;
        return open == null ? 0 : open.getLocalPort();
    }

    /// Connections turned away before a word.
    long refused() {
        return refused.sum();
    }

    private void accept(ServerSocket listening) {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                IpAddress from = IpAddress.of(socket.getInetAddress());
                if (!admit(from)) {
                    refused.increment();
                    socket.close();
                    continue;
                }
                Thread.ofVirtual().name("bulk-" + from).start(() -> serve(socket, from));
            } catch (IOException e) {
                if (!listening.isClosed()) {
                    LOG.log(Level.DEBUG, "bulk stream not accepted reason={0}", e.getMessage());
                }
            }
        }
    }

    /// One stream of a peer, not right after its last, and few at once. What it returns true for,
    /// [#serve] gives back.
    private boolean admit(IpAddress from) {
        Long last = lastNanos.get(from);
        boolean lately = last != null && System.nanoTime() - last < limits.pause().toNanos();
        if (lately || present.contains(from) || !free.tryAcquire()) {
            return false;
        }
        present.add(from);
        return true;
    }

    private void serve(Socket socket, IpAddress from) {
        try (socket) {
            Optional<BulkSync> sync =
                    protocol.onLoop(() -> Optional.ofNullable(protocol.accept(from)));
            if (sync.isEmpty()) {
                refused.increment();
                return;
            }
            lastNanos.put(from, System.nanoTime());
            carry(socket, sync.get());
        } catch (IOException e) {
            LOG.log(
                    Level.DEBUG,
                    "bulk stream ended early peer={0} reason={1}",
                    from,
                    e.getMessage());
        } finally {
            present.remove(from);
            free.release();
        }
    }

    /// Opens a stream; nothing while another is open. Returns at once.
    ///
    /// @param from our own node address, which the other side knows us by
    void open(BulkSync sync, InetAddress from, InetSocketAddress to) {
        if (!opening.compareAndSet(false, true)) {
            return;
        }
        Thread.ofVirtual()
                .name("bulk-to-" + sync.peer())
                .start(
                        () -> {
                            try {
                                dial(sync, from, to);
                            } finally {
                                opening.set(false);
                            }
                        });
    }

    private void dial(BulkSync sync, InetAddress from, InetSocketAddress to) {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(to, CONNECT_MILLIS);
            carry(socket, sync);
            LOG.log(Level.DEBUG, "bulk stream done peer={0}", sync.peer());
        } catch (IOException e) {
            LOG.log(
                    Level.DEBUG,
                    "bulk stream ended early peer={0} reason={1}",
                    sync.peer(),
                    e.getMessage());
        }
    }

    private void carry(Socket socket, BulkSync sync) throws IOException {
        sockets.add(socket);
        Thread watch = Thread.ofVirtual().name("bulk-watch").start(() -> endLater(socket));
        try {
            if (!closed) {
                new BulkStream(socket, sync, protocol, limits).run();
            }
        } finally {
            watch.interrupt();
            sockets.remove(socket);
        }
    }

    private void endLater(Socket socket) {
        try {
            Thread.sleep(limits.whole());
            socket.close();
        } catch (InterruptedException _) {
            // The stream is over.
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "bulk stream not closed reason={0}", e.getMessage());
        }
    }

    /// Stops listening, and ends what is under way.
    @Override
    public void close() throws IOException {
        closed = true;
        ServerSocket open = server;
        if (open != null) {
            open.close();
        }
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
