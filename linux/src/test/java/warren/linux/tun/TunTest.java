// SPDX-License-Identifier: Apache-2.0
package warren.linux.tun;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import warren.linux.Pieces;
import warren.linux.Poll;
import warren.linux.errno.Errno;
import warren.linux.errno.ErrnoException;
import warren.linux.testing.Allocation;
import warren.linux.testing.LeakCheck;
import warren.linux.testing.PrivateNetwork;

@Tag("root")
@Timeout(60)
@ExtendWith(LeakCheck.class)
final class TunTest {
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(65_536);
    private PrivateNetwork network;

    @BeforeEach
    void open() throws Exception {
        network = PrivateNetwork.create("wio-tun");
    }

    @AfterEach
    void close() {
        network.close();
        arena.close();
    }

    @Test
    void theKernelFillsInTheNumber() throws Exception {
        try (Tun first = network.call(() -> Tun.open("wio%d"));
                Tun second = network.call(() -> Tun.open("wio%d"))) {
            assertEquals("wio0", first.name());
            assertEquals("wio1", second.name());
            assertTrue(network.ip("-o link show").contains("wio1: "));
        }
        assertFalse(network.ip("-o link show").contains("wio"));
    }

    @Test
    void refusesAnInterfaceThatExistsWhateverItIs() throws Exception {
        network.ip("link add wioveth type veth peer name wiopeer");
        network.ip("tuntap add wiotun mode tun");
        network.run(
                () -> {
                    for (String name : new String[] {"wioveth", "wiotun"}) {
                        var e = assertThrows(ErrnoException.class, () -> Tun.open(name));
                        assertEquals(Errno.EBUSY, e.errno());
                        assertTrue(e.getMessage().contains(name), e.getMessage());
                        assertTrue(e.getMessage().contains("not taken over"), e.getMessage());
                    }
                });
    }

    @Test
    void refusesNamesThatLinuxRefuses() {
        for (String name : new String[] {"", "0123456789abcdef", "a/b", "a b", ".", "..", "a:b"}) {
            assertThrows(IllegalArgumentException.class, () -> Tun.open(name), name);
        }
    }

    @Test
    void mtuAndStateAreSetAndSeen() throws Exception {
        try (Tun tun = network.call(() -> Tun.open("wiotun"))) {
            assertEquals(1500, tun.mtu());
            tun.mtu(1280);
            assertEquals(1280, tun.mtu());
            network.ip("link set wiotun mtu 9000");
            assertEquals(9000, tun.mtu());

            assertFalse(tun.isUp());
            tun.setUp(true);
            assertTrue(tun.isUp());
            assertTrue(network.ip("-o link show wiotun").contains(",UP"));
            tun.setUp(false);
            assertFalse(tun.isUp());
            assertTrue(tun.index() > 1);
            var e = assertThrows(ErrnoException.class, () -> tun.mtu(1 << 20));
            assertEquals(Errno.EINVAL, e.errno());
        }
    }

    @Test
    void aRenamedInterfaceIsFollowed() throws Exception {
        try (Tun tun = network.call(() -> Tun.open("wiotun"))) {
            network.ip("link set wiotun name wioother");
            assertEquals("wioother", tun.name());
            tun.mtu(1400);
            assertEquals(1400, tun.mtu());
        }
    }

    @Test
    void theHostsPacketsAreReadAndOursReachIt() throws Exception {
        try (Tun tun = network.call(() -> Tun.open("wiotun"));
                DatagramSocket socket = network.call(() -> new DatagramSocket(4242))) {
            bringUp();
            byte[] text = "into the tunnel".getBytes(StandardCharsets.UTF_8);
            var to = new InetSocketAddress(InetAddress.ofLiteral("10.7.0.2"), 99);
            socket.send(new DatagramPacket(text, text.length, to));

            int length = awaitUdp(tun);
            assertEquals(28 + text.length, length);
            assertArrayEquals(text, buffer.asSlice(16 + 28, text.length).toArray(JAVA_BYTE));

            swapEnds();
            assertTrue(tun.write(buffer, 16, length));
            socket.setSoTimeout(10_000);
            var answer = new DatagramPacket(new byte[100], 100);
            socket.receive(answer);
            assertArrayEquals(text, Arrays.copyOf(answer.getData(), answer.getLength()));
            assertEquals(to, answer.getSocketAddress());
        }
    }

    @Test
    void nothingToReadIsNotAnError() throws Exception {
        try (Tun tun = network.call(() -> Tun.open("wiotun"))) {
            assertEquals(0, tun.read(buffer, 0, 1500));
        }
    }

    @Test
    void whatTheHostDoesNotTakeIsDropped() throws Exception {
        try (Tun tun = network.call(() -> Tun.open("wiotun"))) {
            buffer.set(JAVA_BYTE, 0, (byte) 0x45);
            assertFalse(tun.write(buffer, 0, 40), "the interface is down");
            tun.setUp(true);
            buffer.set(JAVA_BYTE, 0, (byte) 0x95);
            assertFalse(tun.write(buffer, 0, 40), "no IP version 9");
            assertFalse(tun.write(buffer, 0, 0), "nothing");
        }
    }

    @Test
    void aDeletedInterfaceEndsTheDescriptor() throws Exception {
        try (Tun tun = network.call(() -> Tun.open("wiotun"))) {
            tun.setUp(true);
            var poll = new Poll(arena, 1);
            int slot = poll.add(tun.fd(), Poll.READ);
            network.ip("link del wiotun");
            assertEquals(1, poll.await(10_000));
            assertTrue(poll.broken(slot) && poll.readable(slot));
            buffer.set(JAVA_BYTE, 0, (byte) 0x45);
            for (var call :
                    new PrivateNetwork.Step[] {
                        () -> tun.read(buffer, 0, 1500),
                        () -> tun.write(buffer, 0, 40),
                        () -> tun.name(),
                        () -> tun.mtu(),
                    }) {
                var e = assertThrows(ErrnoException.class, call::run);
                assertEquals(Errno.EBADFD, e.errno());
            }
        }
    }

    @Test
    void readingAndWritingMakeNoGarbage() throws Exception {
        try (Tun tun = network.call(() -> Tun.open("wiotun"))) {
            bringUp();
            // An echo request to the host itself: its answer comes back through the interface.
            byte[] ping =
                    HexFormat.of()
                            .parseHex(
                                    "4500001c00010000400166d0"
                                            + "0a070002"
                                            + "0a070001"
                                            + "0800f7fe00000001");
            MemorySegment.copy(ping, 0, buffer, JAVA_BYTE, 0, ping.length);
            var poll = new Poll(arena, 1);
            poll.add(tun.fd(), Poll.READ);
            double bytes =
                    Allocation.perRound(
                            10_000,
                            () -> {
                                assertTrue(tun.write(buffer, 0, ping.length));
                                int got = 0;
                                while (got != ping.length) {
                                    assertEquals(1, poll.await(10_000));
                                    got = tun.read(buffer, 1024, 1500);
                                }
                            });
            assertTrue(bytes <= 3 * Allocation.PER_CAPTURED_ERRNO, bytes + " bytes a packet");
        }
    }

    @Test
    void packetsCarryAHeaderWhereThatWasAsked() throws Exception {
        try (Tun tun = network.call(() -> Tun.openWithHeader("wiotun"));
                DatagramSocket socket = network.call(() -> new DatagramSocket(4242))) {
            assertTrue(tun.hasHeader());
            assertTrue(tun.offloadTcp());
            bringUp();
            byte[] text = "into the tunnel".getBytes(StandardCharsets.UTF_8);
            var to = new InetSocketAddress(InetAddress.ofLiteral("10.7.0.2"), 99);
            socket.send(new DatagramPacket(text, text.length, to));
            var poll = new Poll(arena, 1);
            poll.add(tun.fd(), Poll.READ);
            int at = 16 - VnetHeader.LENGTH;
            int length;
            do {
                assertEquals(1, poll.await(10_000));
                length = tun.read(buffer, at, 1500) - VnetHeader.LENGTH;
            } while (buffer.get(JAVA_BYTE, 16) != 0x45);
            assertEquals(28 + text.length, length);
            assertEquals(VnetHeader.VIRTIO_NET_HDR_GSO_NONE, VnetHeader.gsoType(buffer, at));
            assertTrue(VnetHeader.needsChecksum(buffer, at));
            assertEquals(20, VnetHeader.checksumStart(buffer, at));
            assertEquals(6, VnetHeader.checksumOffset(buffer, at));

            swapEnds(); // the header still says that the checksum is to be finished
            var pieces = new Pieces(arena, 3);
            pieces.add(buffer, at, VnetHeader.LENGTH);
            pieces.add(buffer, 16, 30);
            pieces.add(buffer, 16 + 30, length - 30);
            assertTrue(tun.write(pieces));
            socket.setSoTimeout(10_000);
            var answer = new DatagramPacket(new byte[100], 100);
            socket.receive(answer);
            assertArrayEquals(text, Arrays.copyOf(answer.getData(), answer.getLength()));
        }
    }

    @Test
    void aPlainDeviceHasNoOffloads() throws Exception {
        try (Tun tun = network.call(() -> Tun.open("wiotun"))) {
            assertFalse(tun.hasHeader());
            assertFalse(tun.offloadTcp());
            assertFalse(tun.offloadTcpAndUdp());
        }
    }

    private void bringUp() throws Exception {
        network.ip("addr add 10.7.0.1/24 dev wiotun");
        network.ip("link set wiotun up");
    }

    /// Reads at 16 until a UDP packet comes: IPv6 announces itself on every new interface.
    private int awaitUdp(Tun tun) throws ErrnoException {
        var poll = new Poll(arena, 1);
        poll.add(tun.fd(), Poll.READ);
        while (true) {
            assertEquals(1, poll.await(10_000));
            int length = tun.read(buffer, 16, 1500);
            if (length > 0
                    && buffer.get(JAVA_BYTE, 16) == 0x45
                    && buffer.get(JAVA_BYTE, 25) == 17) {
                return length;
            }
        }
    }

    /// Turns the packet at 16 round; its checksums do not change.
    private void swapEnds() {
        for (int i = 0; i < 4; i++) {
            swap(16 + 12 + i, 16 + 16 + i);
        }
        for (int i = 0; i < 2; i++) {
            swap(16 + 20 + i, 16 + 22 + i);
        }
    }

    private void swap(long one, long other) {
        byte held = buffer.get(JAVA_BYTE, one);
        buffer.set(JAVA_BYTE, one, buffer.get(JAVA_BYTE, other));
        buffer.set(JAVA_BYTE, other, held);
    }
}
