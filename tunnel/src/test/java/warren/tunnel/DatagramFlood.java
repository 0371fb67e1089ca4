// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/// A hostile neighbour: sends datagrams that a WireGuard device must shrug off. Arguments: address,
/// port, how many, a seed, and a capture of genuine datagrams to replay and to damage; without a
/// capture, all are initiations of nobody.
final class DatagramFlood {
    /// Slow enough that the receiver's socket buffer does not swallow what is to be tested.
    private static final int BURST = 50;

    /// So many that every receive loop of the device gets its share.
    private static final int SOURCES = 64;

    private static final long PAUSE_NANOS = 2_000_000;

    private final Random random;
    private final List<Capture.Datagram> genuine;

    private DatagramFlood(long seed, List<Capture.Datagram> genuine) {
        this.random = new Random(seed);
        this.genuine = genuine;
    }

    public static void main(String[] args) throws Exception {
        InetSocketAddress target = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        List<Capture.Datagram> genuine =
                args.length < 5 ? List.of() : Capture.read(Path.of(args[4])).datagrams();
        DatagramFlood flood = new DatagramFlood(Long.parseLong(args[3]), genuine);
        List<DatagramChannel> channels = new ArrayList<>();
        try {
            for (int i = 0; i < SOURCES; i++) {
                channels.add(DatagramChannel.open());
            }
            for (int i = 0; i < Integer.parseInt(args[2]); i++) {
                channels.get(i % SOURCES).send(ByteBuffer.wrap(flood.datagram()), target);
                if (i % BURST == 0) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        } finally {
            for (DatagramChannel channel : channels) {
                channel.close();
            }
        }
    }

    private byte[] datagram() {
        if (genuine.isEmpty()) {
            byte[] initiation = Arrays.copyOf(new byte[] {1, 0, 0, 0}, 148);
            System.arraycopy(noise(144), 0, initiation, 4, 144);
            return initiation;
        }
        return switch (random.nextInt(6)) {
            case 0 -> noise(random.nextInt(200));
            case 1 -> typed(noise(random.nextInt(3000)));
            case 2 -> typed(noise(new int[] {148, 92, 64, 32, 31, 16}[random.nextInt(6)]));
            case 3 -> genuine();
            case 4 -> truncated(genuine());
            default -> damaged(genuine());
        };
    }

    private byte[] noise(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /// The same with the first four bytes of one of the message types.
    private byte[] typed(byte[] bytes) {
        for (int i = 0; i < Math.min(4, bytes.length); i++) {
            bytes[i] = i == 0 ? (byte) (1 + random.nextInt(4)) : 0;
        }
        return bytes;
    }

    private byte[] genuine() {
        return genuine.get(random.nextInt(genuine.size())).payload().clone();
    }

    private byte[] truncated(byte[] bytes) {
        return Arrays.copyOf(bytes, random.nextInt(bytes.length));
    }

    private byte[] damaged(byte[] bytes) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        return bytes;
    }
}
