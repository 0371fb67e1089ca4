// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import warren.wireguard.Device;
import warren.wireguard.IncreasingTimestamps;
import warren.wireguard.IpPrefix;
import warren.wireguard.JceAead;
import warren.wireguard.PacketBatch;
import warren.wireguard.Peer;
import warren.wireguard.PublicKey;
import warren.wireguard.Tai64n;

/// Packets to 10.0.0.N go to peer N, of which there are five; the address 10.0.0.0 is nobody's.
final class PeerRunsTest {
    private static final int CAPACITY = 128;
    private static final int STRIDE = 64;
    private static final int HEADER = 20;
    private static final int PEERS = 5;

    private final Arena arena = Arena.ofConfined();
    private final PacketBatch batch =
            new PacketBatch(arena.allocate((long) CAPACITY * STRIDE), CAPACITY);
    private final Device device =
            new Device(
                    new JceAead(),
                    new Random(1)::nextBytes,
                    new IncreasingTimestamps(
                            InstantSource.system(),
                            Tai64n.ZERO,
                            IncreasingTimestamps.Reservation.NONE),
                    InstantSource.system());
    private final List<@Nullable Peer> peers = new ArrayList<>();
    private final PeerRuns runs = new PeerRuns(CAPACITY);

    PeerRunsTest() {
        peers.add(null);
        for (int i = 1; i <= PEERS; i++) {
            byte[] key = new byte[32];
            key[0] = (byte) i;
            Peer peer = device.addPeer(new PublicKey(key));
            assertNotNull(peer);
            peer.allow(IpPrefix.parse("10.0.0." + i + "/32"));
            peers.add(peer);
        }
    }

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void packetsOfOnePeerStayWhereTheyAre() {
        fill(3, 3, 3, 3);
        runs.gather(device, batch);
        assertTrue(runs.areInOrder());
        assertSame(peers.get(3), runs.peer(0));
        assertEquals(4, runs.end(batch, 0));
        assertEquals("0 1 2 3", order());
    }

    @Test
    void twoRunsNeedNoSorting() {
        fill(2, 2, 4);
        runs.gather(device, batch);
        assertTrue(runs.areInOrder());
        assertEquals(2, runs.end(batch, 0));
        assertEquals(3, runs.end(batch, 2));
    }

    @Test
    void alternatingPeersGetARunEach() {
        fill(1, 2, 1, 0, 2, 1);
        runs.gather(device, batch);
        assertFalse(runs.areInOrder());
        assertEquals("0 2 5 1 4", order());
        assertEquals(3, runs.end(batch, 0));
        assertSame(peers.get(2), runs.peer(3));
        assertEquals(5, runs.end(batch, 3));
    }

    @Test
    void aPacketForNobodyAtTheEndIsARunOfNobody() {
        fill(1, 0);
        runs.gather(device, batch);
        assertEquals(1, runs.end(batch, 0));
        assertEquals(null, runs.peer(1));
    }

    @Test
    void everyPeerHasOneRunInItsOwnOrder() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            int[] to = random.ints(random.nextInt(1, CAPACITY + 1), 0, PEERS + 1).toArray();
            fill(to);
            Map<Integer, List<Integer>> expected = new LinkedHashMap<>();
            for (int i = 0; i < to.length; i++) {
                expected.computeIfAbsent(to[i], _ -> new ArrayList<>()).add(i);
            }
            expected.remove(0);
            runs.gather(device, batch);
            assertEquals(expected, found(), "seed " + seed);
        }
    }

    /// By peer, in the order of the runs, which packets its run has; a peer with two runs fails.
    private Map<Integer, List<Integer>> found() {
        Map<Integer, List<Integer>> found = new LinkedHashMap<>();
        for (int from = 0; from < batch.count; ) {
            int end = runs.end(batch, from);
            List<Integer> run = new ArrayList<>();
            for (int i = from; i < end; i++) {
                assertEquals(HEADER + number(i), batch.length[i]); // length and place moved alike
                run.add(number(i));
            }
            int peer = peers.indexOf(runs.peer(from));
            if (peer != 0) {
                assertEquals(null, found.put(peer, run));
            }
            from = end;
        }
        return found;
    }

    private void fill(int... to) {
        batch.count = to.length;
        for (int i = 0; i < to.length; i++) {
            MemorySegment packet = batch.memory.asSlice((long) i * STRIDE, HEADER);
            packet.fill((byte) 0);
            packet.set(ValueLayout.JAVA_BYTE, 0, (byte) 0x45);
            packet.set(
                    ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN),
                    16,
                    0x0a00_0000 + to[i]);
            batch.offset[i] = i * STRIDE;
            batch.length[i] = HEADER + i;
        }
    }

    /// Which packet has come to this place.
    private int number(int index) {
        return batch.offset[index] / STRIDE;
    }

    private String order() {
        List<String> order = new ArrayList<>();
        for (int i = 0; i < batch.count; i++) {
            order.add(Integer.toString(number(i)));
        }
        return String.join(" ", order);
    }
}
