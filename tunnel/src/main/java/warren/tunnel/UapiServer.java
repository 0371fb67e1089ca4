// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.ClosedWatchServiceException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Serves a device on its UAPI socket, each connection on a virtual thread of its own, and notices
/// when the socket's name goes away, which by convention ends the device. Thread-safe.
final class UapiServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(UapiServer.class.getName());

    /// Between attempts to accept where that fails, so that the log has a line a second.
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final UapiSocket socket;
    private final UapiTarget target;
    private final Runnable onRemoved;
    private final DirectoryWatch watch;
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private UapiServer(
            UapiSocket socket, UapiTarget target, Runnable onRemoved, DirectoryWatch watch) {
        this.socket = socket;
        this.target = target;
        this.onRemoved = onRemoved;
        this.watch = watch;
    }

    /// Serves `target` on `socket`, which this server closes in the end.
    ///
    /// @param onRemoved called once, on a thread of the server, when the socket's name is gone
    static UapiServer start(UapiSocket socket, UapiTarget target, Runnable onRemoved)
            throws IOException {
        DirectoryWatch watch = DirectoryWatch.of(socket.path().resolveSibling(""));
        UapiServer server = new UapiServer(socket, target, onRemoved, watch);
        Thread.ofVirtual().name("uapi-accept").start(server::accept);
        Thread.ofVirtual().name("uapi-watch").start(server::watch);
        return server;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        try (watch) {
            socket.close();
        }
        for (SocketChannel connection : connections) {
            connection.close();
        }
    }

    private void accept() {
        while (!closed) {
            try {
                SocketChannel connection = socket.accept();
                if (connections.size() >= UapiLimits.CONNECTIONS) {
                    connection.close();
                    LOG.log(System.Logger.Level.WARNING, "UAPI connection refused: too many");
                    continue;
                }
                connections.add(connection);
                Thread.ofVirtual().name("uapi").start(() -> serve(connection));
            } catch (ClosedChannelException _) { // by close()
                return;
            } catch (IOException e) { // out of descriptors, most likely: others give some back
                LOG.log(
                        System.Logger.Level.WARNING,
                        "UAPI connection was not accepted: {0}",
                        e.getMessage());
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            new UapiSession(connection, target).run();
        } catch (IOException e) { // the client went away; the request it was in did not count
            LOG.log(System.Logger.Level.DEBUG, "UAPI connection ended: {0}", e.getMessage());
        } finally {
            connections.remove(connection);
        }
    }

    private void watch() {
        try {
            while (socket.isInPlace()) {
                watch.await();
            }
        } catch (ClosedWatchServiceException | InterruptedException _) { // by close()
            return;
        }
        if (!closed) {
            LOG.log(System.Logger.Level.INFO, "UAPI socket was removed: path={0}", socket.path());
            onRemoved.run();
        }
    }
}
