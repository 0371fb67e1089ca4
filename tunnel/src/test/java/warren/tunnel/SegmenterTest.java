// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import warren.linux.tun.VnetHeader;
import warren.wireguard.Keypair;

final class SegmenterTest {
    private static final int MTU = 1420;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment incoming = arena.allocate(VnetHeader.LENGTH + 65_535);
    private final PacketRoom room = new PacketRoom(arena);
    private final Segmenter segmenter = new Segmenter();

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void splitsAsSlowCodeDoesWhateverTheHeaders() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            InnerStream stream = randomStream(random);
            byte[] payload = new byte[random.nextInt(1, 65_000 - stream.headers())];
            random.nextBytes(payload);
            int size = random.nextInt(Math.max(1, payload.length / 200), 9_000);
            List<byte[]> packets = segment(stream.superPacket(payload), stream, size);
            List<byte[]> expected = stream.split(payload, size);
            assertEquals(expected.size(), packets.size(), "seed " + seed);
            for (int i = 0; i < packets.size(); i++) {
                assertArrayEquals(expected.get(i), packets.get(i), "seed " + seed + " at " + i);
            }
        }
    }

    @Test
    void finishesTheChecksumOfAWholePacket() {
        for (boolean tcp : new boolean[] {true, false}) {
            InnerStream stream = new InnerStream(false, tcp, new byte[0], new byte[0]);
            byte[] payload = new byte[101];
            new Random(1).nextBytes(payload);
            put(stream.superPacket(payload));
            VnetHeader.writeGso(incoming, 0, 0, 0, 0, stream.start(), tcp ? 16 : 6);
            room.clear(MTU);
            assertTrue(segmenter.begin(incoming, 0, stream.headers() + payload.length));
            assertTrue(segmenter.fill(room));
            assertArrayEquals(stream.split(payload, 9_000).getFirst(), taken().getFirst());
        }
    }

    @Test
    void passesWhatIsWholeByteForByte() {
        Random random = new Random(3);
        for (int length : new int[] {1, 19, 20, 1420, 9000, 65_535}) {
            byte[] packet = new byte[length];
            random.nextBytes(packet);
            put(packet);
            VnetHeader.writeNone(incoming, 0);
            room.clear(MTU);
            assertTrue(segmenter.begin(incoming, 0, length));
            assertTrue(segmenter.fill(room));
            assertArrayEquals(packet, taken().getFirst());
        }
    }

    @Test
    void sealedMessagesWillLieOneBehindTheOther() {
        InnerStream stream = new InnerStream(false, true, new byte[0], new byte[12]);
        put(stream.superPacket(new byte[20_000]));
        VnetHeader.writeGso(incoming, 0, 1, stream.headers(), 1_368, stream.start(), 16);
        room.clear(MTU);
        assertTrue(segmenter.begin(incoming, 0, stream.headers() + 20_000));
        assertTrue(segmenter.fill(room));
        for (int i = 1; i < room.batch.count; i++) {
            int sealed = 16 + Keypair.paddedLength(room.batch.length[i - 1], MTU) + 16;
            assertEquals(room.batch.offset[i - 1] + sealed, room.batch.offset[i]);
        }
    }

    @Test
    void headersThatDoNotAgreeAreRefused() {
        InnerStream stream = new InnerStream(false, true, new byte[0], new byte[0]);
        int length = stream.headers() + 3_000;
        put(stream.superPacket(new byte[3_000]));
        assertTrue(accepts(1, 1_000, 20, 16, length));
        assertFalse(accepts(4, 1_000, 20, 16, length)); // IPv6 it is not
        assertFalse(accepts(5, 1_000, 20, 16, length)); // nor is the field UDP's
        assertFalse(accepts(3, 1_000, 20, 16, length)); // the type is none
        assertFalse(accepts(1, 0, 20, 16, length));
        assertFalse(accepts(1, 1_000, 24, 16, length));
        assertFalse(accepts(1, 1_000, 20, 6, length));
        assertFalse(accepts(1, 1_000, 20, 16, 37));
        assertFalse(accepts(1, 1_000, 20, 16, 39));
        assertFalse(accepts(0, 0, 65_535, 65_535, length));
        assertFalse(accepts(0, 0, 0, 0, 0));
    }

    @Test
    void hostileHeadersHarmNothing() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] packet = new byte[random.nextInt(1, 200)];
            random.nextBytes(packet);
            packet[0] = (byte) (random.nextBoolean() ? 0x45 : 0x60);
            put(packet);
            int type = new int[] {0, 1, 4, 5}[random.nextInt(4)];
            int size = random.nextInt(1, 20);
            int start = random.nextInt(80);
            VnetHeader.writeGso(incoming, 0, type, 0, size, start, type == 5 ? 6 : 16);
            if (segmenter.begin(incoming, 0, packet.length)) {
                room.clear(MTU);
                while (!segmenter.fill(room)) {
                    assertTrue(room.batch.count > 0, "seed " + seed);
                    room.clear(MTU);
                }
            }
        }
    }

    private boolean accepts(int type, int size, int start, int field, int length) {
        VnetHeader.writeGso(incoming, 0, type, 0, size, start, field);
        return segmenter.begin(incoming, 0, length);
    }

    private List<byte[]> segment(byte[] packet, InnerStream stream, int size) {
        put(packet);
        int type = !stream.tcp ? 5 : stream.v6 ? 4 : 1;
        int ecn = (stream.flags & InnerHeader.CWR) != 0 ? VnetHeader.VIRTIO_NET_HDR_GSO_ECN : 0;
        VnetHeader.writeGso(
                incoming,
                0,
                type | ecn,
                stream.headers(),
                size,
                stream.start(),
                stream.tcp ? 16 : 6);
        assertTrue(segmenter.begin(incoming, 0, packet.length));
        List<byte[]> packets = new ArrayList<>();
        room.clear(MTU);
        while (!segmenter.fill(room)) {
            packets.addAll(taken());
            room.clear(MTU);
        }
        packets.addAll(taken());
        return packets;
    }

    private List<byte[]> taken() {
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < room.batch.count; i++) {
            packets.add(
                    room.batch
                            .memory
                            .asSlice(room.batch.offset[i], room.batch.length[i])
                            .toArray(JAVA_BYTE));
        }
        return packets;
    }

    private void put(byte[] packet) {
        MemorySegment.copy(packet, 0, incoming, JAVA_BYTE, VnetHeader.LENGTH, packet.length);
    }

    static InnerStream randomStream(Random random) {
        byte[] extra = new byte[random.nextInt(3) * 8];
        boolean v6 = random.nextBoolean();
        if (v6 && extra.length > 0) {
            extra[1] = (byte) (extra.length / 8 - 1);
        }
        byte[] options = new byte[random.nextInt(4) * 4];
        random.nextBytes(options);
        InnerStream stream = new InnerStream(v6, random.nextInt(4) > 0, extra, options);
        stream.identification = random.nextInt(65_536);
        stream.sequence = random.nextInt();
        stream.typeOfService = random.nextInt(256);
        stream.flags = (random.nextInt(256) & ~0x26) | InnerHeader.ACK; // without SYN, RST, URG
        return stream;
    }
}
