// SPDX-License-Identifier: Apache-2.0
package warren.linux.udp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import warren.linux.Poll;
import warren.linux.errno.Errno;
import warren.linux.errno.ErrnoException;
import warren.linux.libc.SocketCalls;
import warren.linux.testing.Allocation;
import warren.linux.testing.LeakCheck;
import warren.linux.testing.PrivateNetwork;

/// Two ports on the loopback interface of a namespace, which has 127.0.0.0/8, ::1, 10.9.0.1 and
/// fd09::1.
@Tag("root")
@Timeout(60)
@ExtendWith(LeakCheck.class)
final class UdpPortTest {
    private static final long LOCALHOST = 0x7f00_0001L;
    private static final long SECOND_V4 = 0x0a09_0001L;
    private static final long SECOND_V6_HIGH = 0xfd09_0000_0000_0000L;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment payload = arena.allocate(65_536);
    private final SendBatch out = new SendBatch(arena, 64);
    private final ReceiveBatch in = new ReceiveBatch(arena, 64, 2048, 16);
    private PrivateNetwork network;
    private UdpPort a;
    private UdpPort b;

    @BeforeEach
    void open() throws Exception {
        network = PrivateNetwork.create("wio-udp");
        network.ip("addr add 10.9.0.1/32 dev lo");
        network.ip("addr add fd09::1/128 dev lo nodad");
        awaitLocalRoute("fd09::1");
        a = network.call(() -> UdpPort.open(0));
        b = network.call(() -> UdpPort.open(0));
    }

    /// The kernel makes an IPv6 address reachable from a work queue, after `ip` has returned.
    private void awaitLocalRoute(String address) throws Exception {
        while (!network.ip("-6 route show table local").contains(address + " ")) {
            Thread.onSpinWait();
        }
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
        network.close();
        arena.close();
    }

    @Test
    void bothFamiliesShareThePort() {
        assertNotEquals(0, a.port());
        assertEquals(a.port(), a.v4().port());
        assertEquals(a.port(), a.v6().orElseThrow().port());
    }

    @Test
    void aTakenPortIsRefusedByNumber() {
        var e =
                assertThrows(
                        ErrnoException.class, () -> network.call(() -> UdpPort.open(a.port())));
        assertEquals(Errno.EADDRINUSE, e.errno());
        assertTrue(e.getMessage().contains(Integer.toString(a.port())), e.getMessage());
    }

    @Test
    void aPortThatIpv6HasTakenIsNotChosen() throws Exception {
        network.run(
                () -> {
                    UdpSocket v6 = UdpSocket.openV6(0);
                    var e = assertThrows(ErrnoException.class, () -> UdpPort.open(v6.port()));
                    assertEquals(Errno.EADDRINUSE, e.errno());
                    v6.close();
                    UdpPort.open(v6.port()).close(); // the failed attempt left nothing bound
                });
    }

    @Test
    void anIpv4DatagramArrivesWithItsAddresses() throws Exception {
        addV4("hello", LOCALHOST);
        assertTrue(a.v4().send(out));
        assertEquals(1, await(b.v4()));

        assertArrayEquals("hello".getBytes(UTF_8), received(0));
        assertEquals(16, in.offset(0));
        assertEquals(32, in.sourceBits(0));
        assertEquals(0, in.sourceHigh(0));
        assertEquals(LOCALHOST, in.sourceLow(0));
        assertEquals(a.port(), in.sourcePort(0));
        assertTrue(in.hasLocal(0));
        assertEquals(0, in.localHigh(0));
        assertEquals(LOCALHOST, in.localLow(0));
        assertEquals(1, in.localInterface(0)); // lo
    }

    @Test
    void anIpv6DatagramArrivesWithItsAddresses() throws Exception {
        addV6("six", SECOND_V6_HIGH, 1);
        assertTrue(a.v6().orElseThrow().send(out));
        assertEquals(1, await(b.v6().orElseThrow()));

        assertArrayEquals("six".getBytes(UTF_8), received(0));
        assertEquals(128, in.sourceBits(0));
        assertEquals(SECOND_V6_HIGH, in.localHigh(0));
        assertEquals(1, in.localLow(0));
        assertEquals(a.port(), in.sourcePort(0));
        assertEquals(1, in.localInterface(0));
        assertEquals(0, in.sourceScope(0));
    }

    @Test
    void anAnswerLeavesFromTheAddressItsQuestionCameTo() throws Exception {
        int slot = addV4("from the second address", LOCALHOST);
        out.source(slot, 0, SECOND_V4, 1);
        assertTrue(a.v4().send(out));
        assertEquals(1, await(b.v4()));
        assertEquals(SECOND_V4, in.sourceLow(0));
        assertFalse(out.sourceGone(slot));

        out.clear();
        slot = addV6("likewise", 0, 1);
        out.source(slot, SECOND_V6_HIGH, 1, 0);
        assertTrue(a.v6().orElseThrow().send(out));
        assertEquals(1, await(b.v6().orElseThrow()));
        assertEquals(SECOND_V6_HIGH, in.sourceHigh(0));
        assertEquals(1, in.sourceLow(0));
    }

    @Test
    void aSourceThatLeftTheHostIsGivenUpAndTheMessageStillArrives() throws Exception {
        int stale = addV4("one", LOCALHOST);
        out.source(stale, 0, 0x0a09_0063L, 1); // 10.9.0.99 is nobody's
        int interfaceless = addV4("two", LOCALHOST);
        out.source(interfaceless, 0, SECOND_V4, 4711);
        int good = addV4("three", LOCALHOST);
        out.source(good, 0, SECOND_V4, 0);
        assertTrue(a.v4().send(out));

        assertEquals(3, await(b.v4()));
        assertTrue(out.sourceGone(stale));
        assertTrue(out.sourceGone(interfaceless));
        assertFalse(out.sourceGone(good));
        assertEquals(0, out.error(stale));
        assertEquals(LOCALHOST, in.sourceLow(0));
        assertEquals(LOCALHOST, in.sourceLow(1));
        assertEquals(SECOND_V4, in.sourceLow(2));

        out.clear();
        stale = addV6("six", 0, 1);
        out.source(stale, SECOND_V6_HIGH, 99, 0);
        assertTrue(a.v6().orElseThrow().send(out));
        assertEquals(1, await(b.v6().orElseThrow()));
        assertTrue(out.sourceGone(stale));
    }

    @Test
    void oneRefusedMessageDoesNotHoldUpTheOthers() throws Exception {
        addV4("first", LOCALHOST);
        int unreachable = addV4("nowhere", 0x0808_0808L); // no route in this namespace
        addV4("last", LOCALHOST);
        assertTrue(a.v4().send(out));
        assertEquals(0, out.remaining());
        assertEquals(Errno.ENETUNREACH, out.error(unreachable));

        assertEquals(2, await(b.v4()));
        assertArrayEquals("first".getBytes(UTF_8), received(0));
        assertArrayEquals("last".getBytes(UTF_8), received(1));
    }

    @Test
    void aBatchIsReceivedInOrderAndNothingWaitsAfterIt() throws Exception {
        for (int i = 0; i < out.capacity(); i++) {
            addV4("message " + i, LOCALHOST);
        }
        assertEquals(0, out.room());
        assertTrue(a.v4().send(out));
        assertEquals(out.capacity(), await(b.v4()));
        for (int i = 0; i < in.count(); i++) {
            assertArrayEquals(("message " + i).getBytes(UTF_8), received(i));
        }
        assertEquals(0, b.v4().receive(in));
        assertEquals(0, in.count());
        assertThrows(IndexOutOfBoundsException.class, () -> in.length(0));
    }

    @Test
    void aMessageLongerThanItsSlotIsCutAndSaysSo() throws Exception {
        int slot = out.add(payload, 0, 3000);
        out.destination(slot, 32, 0, LOCALHOST, b.port());
        addV4("short", LOCALHOST);
        assertTrue(a.v4().send(out));
        assertEquals(2, await(b.v4()));
        assertTrue(in.truncated(0));
        assertEquals(2048, in.length(0));
        assertFalse(in.truncated(1));
        assertEquals(5, in.length(1));
        assertEquals(5, in.segmentSize(1));
    }

    @Test
    void anEmptyDatagramIsAMessage() throws Exception {
        addV4("", LOCALHOST);
        assertTrue(a.v4().send(out));
        assertEquals(1, await(b.v4()));
        assertEquals(0, in.length(0));
    }

    @Test
    void aMarkIsSetAndClearedOnBothFamilies() throws Exception {
        a.mark(0x77);
        assertEquals(0x77, markOf(a.v4()));
        assertEquals(0x77, markOf(a.v6().orElseThrow()));
        a.mark(0);
        assertEquals(0, markOf(a.v4()));
        assertEquals(0, markOf(a.v6().orElseThrow()));
    }

    private static int markOf(UdpSocket socket) {
        int fd = socket.fd().number();
        return SocketCalls.getsockopt(fd, SocketCalls.SOL_SOCKET, SocketCalls.SO_MARK);
    }

    @Test
    void buffersGrowBeyondTheSystemsLimit() throws Exception {
        assertEquals(8 << 20, a.v4().receiveBuffer(8 << 20));
        assertEquals(8 << 20, a.v6().orElseThrow().sendBuffer(8 << 20));
    }

    @Test
    void aFullSocketSaysWhenToComeBack() throws Exception {
        network.ip("link add wioslow type veth peer name wiopeer");
        network.ip("addr add 10.8.0.1/24 dev wioslow");
        network.ip("link set wiopeer up");
        // Queued behind an address resolution that never ends, datagrams stay in the send buffer.
        network.ip("link set wioslow up");
        a.v4().sendBuffer(4608);
        boolean full = false;
        for (int i = 0; i < 100 && !full; i++) {
            out.clear();
            for (int j = 0; j < out.capacity(); j++) {
                int slot = out.add(payload, 0, 1400);
                out.destination(slot, 32, 0, 0x0a08_0002L, b.port());
            }
            full = !a.v4().send(out);
        }
        assertTrue(full, "the send buffer never filled");
        assertTrue(out.remaining() > 0);
    }

    @Test
    void aClosedPortIsOurMistake() {
        a.close();
        addV4("late", LOCALHOST);
        assertThrows(IllegalStateException.class, () -> a.v4().send(out));
        assertThrows(IllegalStateException.class, () -> a.v4().receive(in));
    }

    @Test
    void aBatchRefusesWhatDoesNotFit() {
        assertThrows(IndexOutOfBoundsException.class, () -> out.add(payload, 65_000, 1000));
        assertThrows(IndexOutOfBoundsException.class, () -> out.destination(0, 32, 0, 1, 1));
        for (int i = 0; i < out.capacity(); i++) {
            addV4("x", LOCALHOST);
        }
        assertThrows(IndexOutOfBoundsException.class, () -> addV4("x", LOCALHOST));
    }

    @Test
    void sendingAndReceivingMakeNoGarbage() throws Exception {
        var poll = new Poll(arena, 1);
        poll.add(b.v4().fd(), Poll.READ);
        double bytes =
                Allocation.perRound(
                        5_000,
                        () -> {
                            fillAndSend();
                            int got = 0;
                            while (got < 32) {
                                assertTrue(poll.await(10_000) > 0, "datagrams were lost");
                                got += b.v4().receive(in);
                                compareAll();
                            }
                        });
        assertTrue(bytes < 32 * 8, bytes + " bytes for 32 packets");
    }

    private void fillAndSend() throws ErrnoException {
        out.clear();
        for (int i = 0; i < 32; i++) {
            int slot = out.add(payload, 0, 1400);
            out.destination(slot, 32, 0, LOCALHOST, b.port());
            out.source(slot, 0, SECOND_V4, 1);
        }
        assertTrue(a.v4().send(out));
    }

    private void compareAll() {
        for (int i = 0; i < in.count(); i++) {
            assertEquals(SECOND_V4, in.sourceLow(i));
            assertEquals(LOCALHOST, in.localLow(i));
            assertEquals(1400, in.length(i));
        }
    }

    @Test
    void oneMessageLeavesAsManyDatagrams() throws Exception {
        assertTrue(a.canSegment());
        int slot = addV4("onetwoend", LOCALHOST);
        out.source(slot, 0, SECOND_V4, 0);
        out.segment(slot, 4);
        assertEquals(3, out.datagrams(slot));
        assertTrue(a.v4().send(out));
        assertEquals(0, out.error(slot));
        assertEquals("onet|woen|d", awaitThree());
        assertEquals(SECOND_V4, in.sourceLow(0));
        assertTrue(out.segmentationWorks());
    }

    @Test
    void aMessageMayLieInPieces() throws Exception {
        assertTrue(b.receiveOffload());
        int slot = addV4("woen", LOCALHOST);
        append("onet", 192);
        append("twoe", 196); // right behind, hence no piece of its own
        append("nd", 0);
        out.segment(slot, 4);
        assertEquals(out.capacity() - 3, out.room());
        assertEquals(4, out.datagrams(slot));
        addV4("after", LOCALHOST);
        assertTrue(a.v4().send(out));
        assertEquals(2, await(b.v4())); // loopback delivers before the sender goes on
        assertArrayEquals("woenonettwoend".getBytes(UTF_8), received(0));
        assertEquals(4, in.segmentSize(0));
    }

    @Test
    void piecesThatTheKernelCannotSplitLeaveDatagramByDatagram() throws Exception {
        network.ip("link set lo mtu 1280");
        for (int i = 0; i < 5; i++) {
            payload.asSlice(i * 10_000L, 3_000).fill((byte) i);
        }
        int slot = out.add(payload, 40_000, 3_000);
        out.append(payload, 10_000, 1_500);
        out.append(payload, 30_000, 700);
        out.destination(slot, 32, 0, LOCALHOST, b.port());
        out.segment(slot, 1_500);
        addV4("after", LOCALHOST);
        assertTrue(a.v4().send(out));
        assertEquals(0, out.error(slot));
        StringBuilder arrived = new StringBuilder();
        for (int got = 0; got < 5; ) {
            int more = await(b.v4());
            for (int i = 0; i < more; i++) {
                got++;
                int last = in.offset(i) + in.length(i) - 1;
                arrived.append(in.length(i)).append(':').append(in.memory().get(JAVA_BYTE, last));
                arrived.append(' ');
            }
        }
        assertEquals("1500:4 1500:4 1500:1 700:3 5:114 ", arrived.toString());
    }

    @Test
    void datagramsComeJoinedWhereThatWasAsked() throws Exception {
        assertTrue(b.receiveOffload());
        int slot = addV4("onetwoend", LOCALHOST);
        out.segment(slot, 4);
        assertTrue(a.v4().send(out));
        assertEquals(1, await(b.v4()));
        assertArrayEquals("onetwoend".getBytes(UTF_8), received(0));
        assertEquals(4, in.segmentSize(0));
        assertTrue(in.hasLocal(0));
        out.clear();
        addV4("alone", LOCALHOST);
        assertTrue(a.v4().send(out));
        assertEquals(1, await(b.v4()));
        assertEquals(5, in.segmentSize(0));
    }

    @Test
    void whatTheKernelCannotSplitLeavesDatagramByDatagramInOrder() throws Exception {
        network.ip("link set lo mtu 1280");
        int slot = out.add(payload, 0, 3_500);
        out.destination(slot, 32, 0, LOCALHOST, b.port());
        out.source(slot, 0, 0x0a09_0063L, 0); // and 10.9.0.99 is nobody's
        out.segment(slot, 1_500); // more than the path takes whole
        addV4("after", LOCALHOST);
        assertTrue(a.v4().send(out));
        assertEquals(0, out.error(slot));
        assertTrue(out.sourceGone(slot));
        assertTrue(out.segmentationWorks()); // other paths may be wider
        int[] lengths = new int[4];
        for (int got = 0; got < 4; ) {
            int more = await(b.v4());
            for (int i = 0; i < more; i++) {
                lengths[got++] = in.length(i);
            }
        }
        assertArrayEquals(new int[] {1_500, 1_500, 500, 5}, lengths);
    }

    private String awaitThree() throws ErrnoException {
        String all = "";
        for (int got = 0; got < 3; ) {
            int more = await(b.v4());
            for (int i = 0; i < more; i++) {
                all += (got++ == 0 ? "" : "|") + new String(received(i), UTF_8);
            }
        }
        return all;
    }

    private void append(String text, long offset) {
        byte[] bytes = text.getBytes(UTF_8);
        MemorySegment.copy(bytes, 0, payload, JAVA_BYTE, 1024 + offset, bytes.length);
        out.append(payload, 1024 + offset, bytes.length);
    }

    private int addV4(String text, long address) {
        int slot = add(text);
        out.destination(slot, 32, 0, address, b.port());
        return slot;
    }

    private int addV6(String text, long high, long low) {
        int slot = add(text);
        out.destination(slot, 128, high, low, b.port());
        return slot;
    }

    private int add(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        long offset = out.count() * 64L; // each slot's text has a place of its own
        MemorySegment.copy(bytes, 0, payload, JAVA_BYTE, offset, bytes.length);
        return out.add(payload, offset, bytes.length);
    }

    private int await(UdpSocket socket) throws ErrnoException {
        var poll = new Poll(arena, 1);
        poll.add(socket.fd(), Poll.READ);
        assertEquals(1, poll.await(10_000));
        return socket.receive(in);
    }

    private byte[] received(int slot) {
        byte[] bytes = new byte[in.length(slot)];
        MemorySegment.copy(in.memory(), JAVA_BYTE, in.offset(slot), bytes, 0, bytes.length);
        return bytes;
    }
}
