// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import warren.linux.EventFd;
import warren.linux.Poll;
import warren.linux.errno.ErrnoException;
import warren.linux.udp.ReceiveBatch;
import warren.linux.udp.UdpPort;
import warren.wireguard.Device;
import warren.wireguard.Endpoint;
import warren.wireguard.IncreasingTimestamps;
import warren.wireguard.IpAddress;
import warren.wireguard.JceAead;
import warren.wireguard.PacketBatch;
import warren.wireguard.Peer;
import warren.wireguard.PublicKey;
import warren.wireguard.Tai64n;

/// What leaves by a socket, seen at another one that has the kernel join what it gets.
@Timeout(30)
final class SenderTest {
    private static final int STRIDE = 2048;
    private static final int MOST = BatchSize.SEND_PACKETS;

    private final Arena arena = Arena.ofConfined();
    private final PacketBatch batch = new PacketBatch(arena.allocate((long) MOST * STRIDE), MOST);
    private final ReceiveBatch in = new ReceiveBatch(arena, MOST, 65_535, 0);
    private final Device device =
            new Device(
                    new JceAead(),
                    new Random(1)::nextBytes,
                    new IncreasingTimestamps(
                            InstantSource.system(),
                            Tai64n.ZERO,
                            IncreasingTimestamps.Reservation.NONE),
                    InstantSource.system());
    private final EventFd changed = EventFd.open();
    private final Underlay underlay = new Underlay(changed, false);
    private final SendErrors errors = new SendErrors();
    private final Sender sender = new Sender(arena, underlay, errors, true);
    private UdpPort far;
    private Peer peer;

    SenderTest() throws ErrnoException {}

    @BeforeEach
    void open() throws ErrnoException {
        underlay.change(UdpPort.open(0));
        far = UdpPort.open(0);
        assertTrue(far.receiveOffload());
        Peer added = device.addPeer(new PublicKey(new byte[32]));
        assertNotNull(added);
        added.setEndpoint(Endpoint.of(IpAddress.parse("127.0.0.1"), far.port()));
        peer = added;
    }

    @AfterEach
    void close() {
        underlay.close();
        changed.close();
        far.close();
        arena.close();
    }

    @Test
    void messagesThatLieApartLeaveAsOne() throws ErrnoException {
        place(7, 1000, 1000, 1000, 400); // backwards from the seventh place
        send();
        assertEquals(1, receive());
        assertEquals(1000, in.segmentSize(0));
        assertEquals(3400, in.length(0));
        for (int i = 0; i < 4; i++) {
            assertEquals(i, in.memory().get(ValueLayout.JAVA_BYTE, in.offset(0) + 1000L * i));
        }
    }

    @Test
    void aShorterOneEndsTheMessage() throws ErrnoException {
        place(7, 1000, 400, 1000, 1000, 1200);
        send();
        assertEquals(3, receive());
        assertEquals("1400 2000 1200", lengths());
    }

    @Test
    void asManyAsCanBePiecesLeaveAllTheSame() throws ErrnoException {
        int[] lengths = new int[MOST];
        for (int i = 0; i < MOST; i++) {
            lengths[i] = i % 3 == 0 ? 100 : 200; // 100, then 200 200 100, 200 200 100, …
        }
        place(MOST - 1, lengths);
        send();
        send(); // the room of the first is there again
        assertEquals(2 * 44, receive());
        assertEquals(0, errors.total());
    }

    /// Lays messages of these lengths out, each before the one before it, its number in it.
    private void place(int first, int... lengths) {
        batch.count = lengths.length;
        for (int i = 0; i < lengths.length; i++) {
            batch.offset[i] = (first - i) * STRIDE;
            batch.length[i] = lengths[i];
            batch.memory.set(ValueLayout.JAVA_BYTE, batch.offset[i], (byte) i);
        }
    }

    private void send() {
        sender.add(batch, 0, batch.count, peer, 0);
        sender.flush(0);
    }

    private int receive() throws ErrnoException {
        Poll poll = new Poll(arena, 1);
        poll.add(far.v4().fd(), Poll.READ);
        assertEquals(1, poll.await(10_000));
        return far.v4().receive(in); // loopback delivers before the sender goes on
    }

    private String lengths() {
        StringBuilder lengths = new StringBuilder();
        for (int i = 0; i < in.count(); i++) {
            lengths.append(i == 0 ? "" : " ").append(in.length(i));
        }
        return lengths.toString();
    }
}
