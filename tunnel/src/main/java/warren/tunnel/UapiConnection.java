// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/// A client's connection to a Unix socket that gives up when its time is over, which blocking
/// channels cannot. Confined to the calling thread.
final class UapiConnection implements AutoCloseable {
    private final Path socket;
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final long deadlineNanos;

    private UapiConnection(Path socket, SocketChannel channel, Selector selector, Duration timeout)
            throws IOException {
        this.socket = socket;
        this.channel = channel;
        this.selector = selector;
        this.deadlineNanos = System.nanoTime() + timeout.toNanos();
        channel.configureBlocking(false);
        this.key = channel.register(selector, 0);
    }

    static UapiConnection open(Path socket, Duration timeout) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            Selector selector = Selector.open();
            try {
                return new UapiConnection(socket, channel, selector, timeout);
            } catch (IOException e) {
                selector.close();
                throw e;
            }
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) {
                await(SelectionKey.OP_WRITE);
            }
        }
    }

    /// What the other side sends; the stream lives as long as this connection.
    InputStream input() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int from, int count) throws IOException {
                ByteBuffer buffer = ByteBuffer.wrap(into, from, count);
                int read = channel.read(buffer);
                while (read == 0 && count > 0) {
                    await(SelectionKey.OP_READ);
                    read = channel.read(buffer);
                }
                return read;
            }
        };
    }

    @Override
    public void close() throws IOException {
        try (selector) {
            channel.close();
        }
    }

    private void await(int operation) throws IOException {
        key.interestOps(operation);
        long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
        if (leftMillis <= 0) {
            throw new SocketTimeoutException("UAPI " + socket + ": no answer in time");
        }
        selector.select(leftMillis);
        selector.selectedKeys().clear();
        if (Thread.currentThread().isInterrupted()) {
            throw new IOException("UAPI " + socket + ": interrupted");
        }
    }
}
