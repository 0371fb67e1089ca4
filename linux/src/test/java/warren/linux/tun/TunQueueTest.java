// SPDX-License-Identifier: Apache-2.0
package warren.linux.tun;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import warren.linux.Poll;
import warren.linux.errno.Errno;
import warren.linux.errno.ErrnoException;
import warren.linux.testing.LeakCheck;
import warren.linux.testing.PrivateNetwork;

/// An interface with several queues, `10.7.0.1/24`, and the flows of its host.
@Tag("root")
@Timeout(60)
@ExtendWith(LeakCheck.class)
final class TunQueueTest {
    private static final int QUEUES = 4;
    private static final int FLOWS = 64;
    private static final int ROUNDS = 4;
    private static final int HEADERS = 28;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(65_536);
    private final List<DatagramSocket> flows = new ArrayList<>();
    private PrivateNetwork network;

    @BeforeEach
    void open() throws Exception {
        network = PrivateNetwork.create("wio-tunq");
    }

    @AfterEach
    void close() {
        flows.forEach(DatagramSocket::close);
        network.close();
        arena.close();
    }

    @Test
    void aFlowStaysInItsQueueWhereverItsAnswersAreWritten() throws Exception {
        try (Tun tun = network.call(() -> Tun.openQueues("wiotun", false, QUEUES))) {
            bringUp();
            Map<Integer, Set<Integer>> queuesByFlow = new TreeMap<>();
            for (int round = 0; round < ROUNDS; round++) {
                TunQueue answering = tun.queues().get(round % QUEUES);
                sendOneOfEachFlow();
                for (int taken = 0; taken < FLOWS; ) {
                    taken += take(tun, answering, queuesByFlow);
                }
                for (DatagramSocket flow : flows) { // each answer arrives at its own flow
                    flow.receive(new DatagramPacket(new byte[Integer.BYTES], Integer.BYTES));
                }
            }
            assertEquals(FLOWS, queuesByFlow.size());
            Set<Integer> used = new TreeSet<>();
            queuesByFlow.forEach(
                    (flow, queues) -> {
                        assertEquals(1, queues.size(), "flow " + flow + " in " + queues);
                        used.addAll(queues);
                    });
            assertEquals(QUEUES, used.size(), "queues in use: " + used);
        }
    }

    @Test
    void theInterfaceIsMadeByPatternAndGoesWithItsQueues() throws Exception {
        try (Tun tun = network.call(() -> Tun.openQueues("wio%d", true, QUEUES))) {
            assertEquals("wio0", tun.name());
            assertEquals(QUEUES, tun.queues().size());
            assertTrue(tun.offloadTcp());
            assertTrue(tun.queues().stream().allMatch(TunQueue::hasHeader));
            assertTrue(network.ip("-o link show").contains("wio0: "));
        }
        assertFalse(network.ip("-o link show").contains("wio"));
    }

    @Test
    void aDeletedInterfaceEndsEveryQueue() throws Exception {
        try (Tun tun = network.call(() -> Tun.openQueues("wiotun", false, QUEUES))) {
            tun.setUp(true);
            network.ip("link del wiotun");
            for (TunQueue queue : tun.queues()) {
                var poll = new Poll(arena, 1);
                poll.add(queue.fd(), Poll.READ);
                assertEquals(1, poll.await(10_000));
                var e = assertThrows(ErrnoException.class, () -> queue.read(buffer, 0, 1500));
                assertEquals(Errno.EBADFD, e.errno());
                e = assertThrows(ErrnoException.class, () -> queue.write(buffer, 0, 40));
                assertEquals(Errno.EBADFD, e.errno());
            }
        }
    }

    @Test
    void refusesAnInterfaceThatExistsWithOneQueueOrSeveral() throws Exception {
        network.ip("tuntap add wioone mode tun");
        network.ip("tuntap add wiomany mode tun multi_queue");
        network.run(
                () -> {
                    for (String name : new String[] {"wioone", "wiomany"}) {
                        var e =
                                assertThrows(
                                        ErrnoException.class,
                                        () -> Tun.openQueues(name, true, QUEUES));
                        assertEquals(Errno.EBUSY, e.errno());
                    }
                });
    }

    private void bringUp() throws Exception {
        network.ip("addr add 10.7.0.1/24 dev wiotun");
        network.ip("link set wiotun up");
        for (int i = 0; i < FLOWS; i++) {
            DatagramSocket flow = network.call(() -> new DatagramSocket());
            flow.setSoTimeout(10_000);
            flows.add(flow);
        }
    }

    private void sendOneOfEachFlow() throws Exception {
        var to = new InetSocketAddress(InetAddress.ofLiteral("10.7.0.2"), 99);
        for (int i = 0; i < FLOWS; i++) {
            byte[] number = ByteBuffer.allocate(Integer.BYTES).putInt(i).array();
            flows.get(i).send(new DatagramPacket(number, number.length, to));
        }
    }

    /// Takes what waits in any queue, notes where each flow was, and answers it.
    ///
    /// @return how many packets of the flows
    private int take(Tun tun, TunQueue answering, Map<Integer, Set<Integer>> queuesByFlow)
            throws ErrnoException {
        int taken = 0;
        for (int i = 0; i < QUEUES; i++) {
            TunQueue queue = tun.queues().get(i);
            for (int got = queue.read(buffer, 0, 1500);
                    got > 0;
                    got = queue.read(buffer, 0, 1500)) {
                if (got == HEADERS + Integer.BYTES && buffer.get(JAVA_BYTE, 9) == 17) {
                    int flow = Integer.reverseBytes(buffer.get(JAVA_INT_UNALIGNED, HEADERS));
                    queuesByFlow.computeIfAbsent(flow, _ -> new TreeSet<>()).add(i);
                    turnRound();
                    assertTrue(answering.write(buffer, 0, got));
                    taken++;
                }
            }
        }
        return taken;
    }

    /// Swaps addresses and ports; the checksums do not change.
    private void turnRound() {
        swap(12, 16, 4);
        swap(20, 22, 2);
    }

    private void swap(long one, long other, int bytes) {
        for (int i = 0; i < bytes; i++) {
            byte held = buffer.get(JAVA_BYTE, one + i);
            buffer.set(JAVA_BYTE, one + i, buffer.get(JAVA_BYTE, other + i));
            buffer.set(JAVA_BYTE, other + i, held);
        }
    }
}
