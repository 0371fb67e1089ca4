// SPDX-License-Identifier: Apache-2.0
package warren.linux.udp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import warren.linux.Poll;
import warren.linux.errno.Errno;
import warren.linux.errno.ErrnoException;
import warren.linux.testing.LeakCheck;
import warren.linux.testing.PrivateNetwork;

/// One port several times.
@Tag("root")
@Timeout(60)
@ExtendWith(LeakCheck.class)
final class UdpGroupTest {
    private static final int SOCKETS = 4;
    private static final int SENDERS = 64;
    private static final int ROUNDS = 3;

    private final Arena arena = Arena.ofConfined();
    private final ReceiveBatch in = new ReceiveBatch(arena, SENDERS, 2048, 16);
    private PrivateNetwork network;
    private List<UdpPort> group = List.of();

    @BeforeEach
    void open() throws Exception {
        network = PrivateNetwork.create("wio-udpg");
        group = network.call(() -> UdpPort.openGroup(0, SOCKETS));
    }

    @AfterEach
    void close() {
        group.forEach(UdpPort::close);
        network.close();
        arena.close();
    }

    @Test
    void allHaveTheSameNumberInBothFamilies() {
        int port = group.getFirst().port();
        assertEquals(SOCKETS, group.size());
        for (UdpPort member : group) {
            assertEquals(port, member.v4().port());
            assertEquals(port, member.v6().orElseThrow().port());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void allDatagramsOfASenderReachTheSameSocket(String address) throws Exception {
        Map<Integer, Set<Integer>> socketsBySender = new TreeMap<>();
        List<DatagramSocket> senders = new ArrayList<>();
        var to = new InetSocketAddress(InetAddress.ofLiteral(address), group.getFirst().port());
        try {
            for (int i = 0; i < SENDERS; i++) {
                senders.add(network.call(() -> new DatagramSocket()));
            }
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < SENDERS; i++) {
                    senders.get(i).send(new DatagramPacket(new byte[] {(byte) i}, 1, to));
                }
                takeAll(address.contains(":"), socketsBySender);
            }
        } finally {
            senders.forEach(DatagramSocket::close);
        }
        assertEquals(SENDERS, socketsBySender.size());
        Set<Integer> used = new TreeSet<>();
        socketsBySender.forEach(
                (sender, sockets) -> {
                    assertEquals(1, sockets.size(), "sender " + sender + " at " + sockets);
                    used.addAll(sockets);
                });
        assertEquals(SOCKETS, used.size(), "sockets in use: " + used);
    }

    @Test
    void aPortThatAGroupHasIsRefusedToAllOthersAndTheOtherWayRound() throws Exception {
        network.run(
                () -> {
                    int port = group.getFirst().port();
                    refused(() -> UdpPort.open(port));
                    refused(() -> UdpPort.openGroup(port, SOCKETS));
                    try (UdpPort single = UdpPort.open(0)) {
                        refused(() -> UdpPort.openGroup(single.port(), SOCKETS));
                    }
                    group.forEach(UdpPort::close);
                    UdpPort.open(port).close(); // nothing is left bound
                });
    }

    private static void refused(PrivateNetwork.Step opening) {
        var e = assertThrows(ErrnoException.class, opening::run);
        assertEquals(Errno.EADDRINUSE, e.errno());
    }

    /// Receives one datagram of each sender.
    private void takeAll(boolean v6, Map<Integer, Set<Integer>> socketsBySender)
            throws ErrnoException {
        var poll = new Poll(arena, SOCKETS);
        List<UdpSocket> sockets = new ArrayList<>();
        for (UdpPort member : group) {
            UdpSocket socket = v6 ? member.v6().orElseThrow() : member.v4();
            sockets.add(socket);
            poll.add(socket.fd(), Poll.READ);
        }
        for (int taken = 0; taken < SENDERS; ) {
            assertTrue(poll.await(10_000) > 0);
            for (int i = 0; i < SOCKETS; i++) {
                int got = sockets.get(i).receive(in);
                for (int slot = 0; slot < got; slot++) {
                    int sender = in.memory().get(JAVA_BYTE, in.offset(slot));
                    socketsBySender.computeIfAbsent(sender, _ -> new TreeSet<>()).add(i);
                }
                taken += got;
            }
        }
    }
}
