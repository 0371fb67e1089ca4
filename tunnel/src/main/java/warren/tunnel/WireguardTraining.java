// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import warren.linux.tun.TunPipe;
import warren.linux.tun.VnetHeader;
import warren.wireguard.Endpoint;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;
import warren.wireguard.PrivateKey;
import warren.wireguard.PublicKey;
import warren.wireguard.X25519;

/// What the build runs once to fill the AOT cache of the tunnel process: two devices of this
/// process that send each other every kind of packet over loopback, so that the cache holds the
/// classes of the start and of a handshake, and what the JVM has learnt of the packet loops.
///
/// Needs no right: the devices are [TunPipe]s. The time is what the second compiler needs to be
/// through with the loops.
public final class WireguardTraining {
    private static final int SECONDS = 4;

    private static final int HANDSHAKE_MILLIS = 10;
    private static final int HANDSHAKE_TRIES = 2000;

    private static final int SEGMENT = 1380;
    private static final int HEADERS = 40;
    private static final int IPV4_TOTAL_LENGTH = 2;
    private static final int IPV4_CHECKSUM = 10;
    private static final int TCP = 20;
    private static final int TCP_SEQUENCE = TCP + 4;
    private static final int TCP_CHECKSUM = TCP + 16;

    /// Packets given in a row: a window, and single ones, each of which is a wake-up of its own.
    private static final int[] ROUND = {SEGMENT * 40, 0, 64, SEGMENT * 12, 1000, 0, 0};

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private WireguardTraining() {}

    /// Trains, and ends the program by returning.
    public static void main(String[] words) throws IOException, InterruptedException {
        WireguardProcess.run(
                new String[] {"--version"},
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                System.err);
        TunnelLog.configure(null, System.err);
        train(TimeUnit.SECONDS.toNanos(SECONDS));
    }

    /// @throws IOException where the devices carry nothing
    static void train(long nanos) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("warren-training-");
        try (TunPipe left = TunPipe.open("train0");
                TunPipe right = TunPipe.open("train1");
                UserspaceDevice a = start(directory, "train0", left, true);
                UserspaceDevice b = start(directory, "train1", right, false)) {
            configure(directory);
            awaitSession(left, right);
            long end = System.nanoTime() + nanos;
            Thread other = Thread.ofPlatform().daemon().start(() -> carry(left, right, end));
            long arrived = carry(right, left, end);
            other.join();
            if (arrived == 0 || !a.isRunning() || !b.isRunning()) {
                throw new IOException("the devices carry nothing");
            }
        } finally {
            try (var files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
        }
    }

    /// @param shared whether one thread serves both ways
    private static UserspaceDevice start(Path directory, String name, TunPipe pipe, boolean shared)
            throws IOException {
        var options =
                new TunnelOptions(
                        name,
                        AeadChoice.choose(null),
                        Offloads.ALL,
                        1,
                        shared,
                        directory,
                        directory);
        return UserspaceDevice.start(options, pipe::tun);
    }

    private static void configure(Path directory) throws IOException {
        List<PrivateKey> keys = List.of(key(1), key(2));
        List<UapiClient> clients =
                List.of(
                        new UapiClient(directory.resolve("train0.sock")),
                        new UapiClient(directory.resolve("train1.sock")));
        for (int i = 0; i < 2; i++) {
            DeviceConfig own = DeviceConfig.unchanged().withPrivateKey(keys.get(i));
            clients.get(i).set(own.withListenPort(0).replacingPeers());
        }
        for (int i = 0; i < 2; i++) {
            PublicKey peer = new X25519().publicKey(keys.get(1 - i));
            int port = clients.get(1 - i).get().listenPort();
            clients.get(i)
                    .set(
                            DeviceConfig.unchanged()
                                    .withPeer(
                                            PeerConfig.of(peer)
                                                    .withEndpoint(
                                                            Endpoint.of(
                                                                    IpAddress.parse("127.0.0.1"),
                                                                    port))
                                                    .withAllowedIps(
                                                            List.of(IpPrefix.parse("0.0.0.0/0")))));
        }
    }

    private static void awaitSession(TunPipe from, TunPipe to)
            throws IOException, InterruptedException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment packet = arena.allocate(VnetHeader.LENGTH + HEADERS, Long.BYTES);
            for (int i = 0; i < HANDSHAKE_TRIES; i++) {
                var _ = from.give(packet, segment(packet, 0, 0));
                TimeUnit.MILLISECONDS.sleep(HANDSHAKE_MILLIS);
                if (to.take(packet) > 0) {
                    return;
                }
            }
        }
        throw new IOException("the devices make no session");
    }

    private static PrivateKey key(int seed) { // protects nothing
        byte[] bytes = new byte[X25519.LENGTH];
        bytes[0] = (byte) (8 * seed);
        bytes[X25519.LENGTH - 1] = 64;
        return new PrivateKey(bytes);
    }

    /// Gives packets to one device and takes what arrives at the other until `end`.
    ///
    /// @return how many arrived
    private static long carry(TunPipe from, TunPipe to, long end) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment packet = arena.allocate(VnetHeader.LENGTH + 65535L, Long.BYTES);
            MemorySegment arrived = arena.allocate(VnetHeader.LENGTH + 65535L, Long.BYTES);
            int sequence = 0;
            long count = 0;
            while (System.nanoTime() - end < 0) {
                for (int payload : ROUND) {
                    int length = segment(packet, sequence, payload);
                    sequence += payload;
                    var _ = from.give(packet, length);
                }
                while (to.take(arrived) > 0) {
                    count++;
                }
            }
            return count;
        }
    }

    /// Lays out a TCP segment as a kernel hands it over: to be split where it is large, its
    /// checksum not yet computed.
    ///
    /// @return its length with the header
    private static int segment(MemorySegment memory, int sequence, int payload) {
        int at = VnetHeader.LENGTH;
        memory.asSlice(0, at + HEADERS).fill((byte) 0);
        memory.set(SHORT, at, (short) 0x4500);
        memory.set(SHORT, at + IPV4_TOTAL_LENGTH, (short) (HEADERS + payload));
        memory.set(INT, at + 6, 0x4000_4006); // DF, TTL 64, TCP
        memory.set(INT, at + 12, 0x0a00_0001);
        memory.set(INT, at + 16, 0x0a00_0002);
        memory.set(SHORT, at + IPV4_CHECKSUM, (short) ~sum(memory, at, TCP, 0));
        memory.set(INT, at + TCP, 0x1451_1451);
        memory.set(INT, at + TCP_SEQUENCE, sequence);
        memory.set(INT, at + TCP + 12, 0x5010_ffff); // 20 bytes of header, ACK
        int pseudo = 6 + HEADERS - TCP + payload;
        memory.set(SHORT, at + TCP_CHECKSUM, (short) sum(memory, at + 12, 8, pseudo));
        int type =
                payload > SEGMENT
                        ? VnetHeader.VIRTIO_NET_HDR_GSO_TCPV4
                        : VnetHeader.VIRTIO_NET_HDR_GSO_NONE;
        VnetHeader.writeGso(memory, 0, type, HEADERS, SEGMENT, TCP, TCP_CHECKSUM - TCP);
        return at + HEADERS + payload;
    }

    private static int sum(MemorySegment memory, int from, int length, int start) {
        int sum = start;
        for (int i = from; i < from + length; i += Short.BYTES) {
            sum += Short.toUnsignedInt(memory.get(SHORT, i));
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }
}
