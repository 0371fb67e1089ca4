// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/// Many TCP connections at full speed from one thread at either end, since `iperf3` has one target
/// a process, or datagrams to many targets in turn. A program of its own, run in the places:
///
///     Load sink
///     Load source SINK SECONDS TARGET...
///     Load turns SINK SECONDS TARGET...
///
/// The source connects to each target, an address or `FROM>TO`, and once warm prints `start` and,
/// after the seconds, `end BYTES NANOS`: what the sink, asked at [#COUNT_PORT] of its address
/// outside the tunnel, had received in between. With `turns` each target, an address, gets a
/// datagram of [#DATAGRAM] bytes in its turn, as fast as the socket takes them.
final class Load {
    /// Between the address to connect from and the one to connect to.
    static final String FROM_TO = ">";

    static final int PORT = 5300;
    static final int COUNT_PORT = 5301;
    static final int DATAGRAM = 64;
    private static final int CHUNK = 128 * 1024;
    private static final int DATAGRAMS_AT_ONCE = 64;
    private static final long WARM_UP_NANOS = 1_500_000_000L;

    private Load() {}

    public static void main(String[] words) throws IOException {
        if (words[0].equals("sink")) {
            sink();
        } else {
            long nanos = Integer.parseInt(words[2]) * 1_000_000_000L;
            List<String> targets = List.of(words).subList(3, words.length);
            Filling filling = words[0].equals("turns") ? turns(targets) : connections(targets);
            source(InetAddress.ofLiteral(words[1]), nanos, filling);
        }
    }

    private static void sink() throws IOException {
        Selector selector = Selector.open();
        listen(selector, PORT);
        listen(selector, COUNT_PORT);
        DatagramChannel datagrams = DatagramChannel.open();
        datagrams.setOption(StandardSocketOptions.SO_RCVBUF, 4 * CHUNK);
        datagrams.bind(new InetSocketAddress(PORT));
        datagrams.configureBlocking(false);
        datagrams.register(selector, SelectionKey.OP_READ);
        ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
        ByteBuffer answer = ByteBuffer.allocate(Long.BYTES);
        long total = 0;
        while (true) {
            selector.select();
            for (SelectionKey key : selector.selectedKeys()) {
                if (key.channel() == datagrams) {
                    total += receive(datagrams, buffer);
                    continue;
                }
                if (key.channel() instanceof ServerSocketChannel server) {
                    SocketChannel channel = server.accept();
                    channel.configureBlocking(false);
                    channel.register(selector, SelectionKey.OP_READ, server.getLocalAddress());
                    continue;
                }
                SocketChannel channel = (SocketChannel) key.channel();
                int got = read(channel, buffer.clear());
                if (got < 0) {
                    channel.close();
                } else if (((InetSocketAddress) key.attachment()).getPort() == COUNT_PORT) {
                    channel.write(answer.clear().putLong(total).flip());
                } else {
                    total += got;
                }
            }
            selector.selectedKeys().clear();
        }
    }

    private static void listen(Selector selector, int port) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(port), 1024);
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
    }

    /// @return bytes of what waited, up to a good load
    private static int receive(DatagramChannel channel, ByteBuffer buffer) throws IOException {
        int total = 0;
        for (int i = 0; i < DATAGRAMS_AT_ONCE; i++) {
            if (channel.receive(buffer.clear()) == null) {
                break;
            }
            total += buffer.position();
        }
        return total;
    }

    private static int read(SocketChannel channel, ByteBuffer buffer) {
        try {
            return channel.read(buffer);
        } catch (IOException _) { // reset: the source has ended
            return -1;
        }
    }

    private static void source(InetAddress sink, long nanos, Filling filling) throws IOException {
        try (SocketChannel counter = SocketChannel.open()) {
            counter.connect(new InetSocketAddress(sink, COUNT_PORT));
            fill(filling, WARM_UP_NANOS);
            long start = System.nanoTime();
            long before = count(counter);
            System.out.println("start");
            fill(filling, nanos);
            long after = count(counter);
            System.out.println("end " + (after - before) + " " + (System.nanoTime() - start));
        }
    }

    private static void fill(Filling filling, long nanos) throws IOException {
        long start = System.nanoTime();
        while (System.nanoTime() - start < nanos) {
            filling.step();
        }
    }

    /// Sends a little, to all targets alike.
    @FunctionalInterface
    private interface Filling {
        void step() throws IOException;
    }

    private static Filling connections(List<String> targets) throws IOException {
        Selector selector = Selector.open();
        for (String target : targets) {
            SocketChannel channel = SocketChannel.open();
            channel.setOption(StandardSocketOptions.SO_SNDBUF, CHUNK);
            int from = target.indexOf(FROM_TO);
            if (from > 0) {
                channel.bind(new InetSocketAddress(target.substring(0, from), 0));
            }
            channel.connect(new InetSocketAddress(target.substring(from + 1), PORT));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_WRITE);
        }
        ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
        return () -> {
            selector.select(100);
            for (SelectionKey key : selector.selectedKeys()) {
                var _ = ((SocketChannel) key.channel()).write(buffer.clear());
            }
            selector.selectedKeys().clear();
        };
    }

    private static Filling turns(List<String> targets) throws IOException {
        List<DatagramChannel> channels = new ArrayList<>();
        for (String target : targets) {
            DatagramChannel channel = DatagramChannel.open();
            channels.add(channel.connect(new InetSocketAddress(target, PORT)));
        }
        ByteBuffer buffer = ByteBuffer.allocateDirect(DATAGRAM);
        return () -> {
            for (DatagramChannel channel : channels) {
                var _ = channel.write(buffer.clear());
            }
        };
    }

    private static long count(SocketChannel counter) throws IOException {
        counter.write(ByteBuffer.wrap(new byte[] {1}));
        return new DataInputStream(counter.socket().getInputStream()).readLong();
    }
}
