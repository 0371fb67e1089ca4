// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import warren.linux.tun.TunPipe;
import warren.linux.tun.VnetHeader;
import warren.wireguard.Aead;
import warren.wireguard.Endpoint;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;
import warren.wireguard.PrivateKey;
import warren.wireguard.X25519;

/// Two devices of this process that have pipes for TUN devices and a [Meddler] for a wire: what one
/// takes in can be compared with what the other gives out, byte by byte.
///
/// A pipe holds ten packets, and what does not fit is lost as on any network: so [#exchange] has no
/// more than that on their way.
final class PipedPair implements AutoCloseable {
    /// `net.unix.max_dgram_qlen`.
    static final int PACKETS_MAX = 10;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment frame = arena.allocate(VnetHeader.LENGTH + 65_535L, 64);
    private final PacketRoom room = new PacketRoom(arena);
    private final Segmenter segmenter = new Segmenter();
    private final Path directory;
    private final TunPipe leftPipe = TunPipe.open("left");
    private final TunPipe rightPipe = TunPipe.open("right");
    private final UserspaceDevice left;
    private final UserspaceDevice right;

    /// A frame for a device to take in, header first, and the packets that it stands for.
    @SuppressWarnings("ArrayRecordComponent") // never compared or printed
    record Gift(byte[] frame, List<byte[]> packets) {
        Gift {
            packets = List.copyOf(packets);
        }

        static Gift whole(byte[] packet) {
            byte[] frame = new byte[VnetHeader.LENGTH + packet.length];
            System.arraycopy(packet, 0, frame, VnetHeader.LENGTH, packet.length);
            return new Gift(frame, List.of(packet));
        }
    }

    PipedPair(Path directory, Aead left, Aead right, Offloads offloads, Meddler wire)
            throws IOException {
        this.directory = directory;
        this.left = start("left", left, offloads, leftPipe);
        this.right = start("right", right, offloads, rightPipe);
        configure("left", 1, wire);
        configure("right", 2, wire);
        wire.connect(client("left").get().listenPort(), client("right").get().listenPort());
        room.clear(TunnelOptions.DEFAULT_MTU);
    }

    /// Gives to one device, and takes from the other until it has given out `packets`.
    ///
    /// @param toRight the direction
    List<byte[]> exchange(boolean toRight, List<Gift> gifts, IntSupplier packets)
            throws InterruptedException {
        for (Gift gift : gifts) {
            MemorySegment.copy(gift.frame(), 0, frame, JAVA_BYTE, 0, gift.frame().length);
            TunPipe pipe = toRight ? leftPipe : rightPipe;
            TestNode.await("room", () -> pipe.give(frame, gift.frame().length));
        }
        List<byte[]> taken = new ArrayList<>();
        TestNode.await(
                "packets",
                () -> {
                    take(toRight ? rightPipe : leftPipe, taken);
                    return taken.size() >= packets.getAsInt();
                });
        return taken;
    }

    private void take(TunPipe pipe, List<byte[]> taken) {
        for (int got = pipe.take(frame); got > 0; got = pipe.take(frame)) {
            assertTrue(segmenter.begin(frame, 0, got - VnetHeader.LENGTH));
            while (!segmenter.fill(room)) {
                empty(taken);
            }
            empty(taken);
        }
    }

    private void empty(List<byte[]> taken) {
        for (int i = 0; i < room.batch.count; i++) {
            taken.add(
                    room.batch
                            .memory
                            .asSlice(room.batch.offset[i], room.batch.length[i])
                            .toArray(JAVA_BYTE));
        }
        room.clear(TunnelOptions.DEFAULT_MTU);
    }

    private UserspaceDevice start(String name, Aead aead, Offloads offloads, TunPipe pipe)
            throws IOException {
        boolean shared = name.equals("left"); // one thread for both ways here, one each way there
        var options = new TunnelOptions(name, aead, offloads, 1, shared, directory, directory);
        return UserspaceDevice.start(options, pipe::tun);
    }

    private void configure(String name, int number, Meddler wire) throws IOException {
        Endpoint endpoint = Endpoint.of(IpAddress.parse("127.0.0.1"), wire.port());
        PeerConfig peer =
                PeerConfig.of(new X25519().publicKey(key(3 - number)))
                        .withEndpoint(endpoint)
                        .withAllowedIps(
                                List.of(IpPrefix.parse("0.0.0.0/0"), IpPrefix.parse("::/0")));
        client(name)
                .set(
                        DeviceConfig.unchanged()
                                .withPrivateKey(key(number))
                                .withListenPort(0)
                                .withPeer(peer));
    }

    private UapiClient client(String name) {
        return new UapiClient(directory.resolve(name + ".sock"));
    }

    private static PrivateKey key(int number) {
        byte[] bytes = new byte[X25519.LENGTH];
        bytes[3] = (byte) number;
        return new PrivateKey(bytes);
    }

    @Override
    public void close() throws IOException {
        left.close();
        right.close();
        leftPipe.close();
        rightPipe.close();
        arena.close();
    }
}
