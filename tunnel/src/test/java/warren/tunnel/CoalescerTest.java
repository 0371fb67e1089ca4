// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import warren.linux.Pieces;
import warren.linux.tun.VnetHeader;
import warren.wireguard.PacketBatch;

final class CoalescerTest {
    private final Arena arena = Arena.ofConfined();
    private final PacketBatch batch = new PacketBatch(arena.allocate(1 << 22), 256);
    private final Coalescer coalescer = new Coalescer(batch, true, true);
    private final Pieces pieces = new Pieces(arena, BatchSize.JOINED_MAX + 1);

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void whatWasSplitIsJoinedToTheSame() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            InnerStream stream = plainStream(random);
            byte[] payload = new byte[random.nextInt(2, 40_000)];
            random.nextBytes(payload);
            int size = random.nextInt(payload.length / 60 + 1, payload.length + 1);
            List<byte[]> out = coalesce(stream.split(payload, size));
            assertEquals(1, out.size(), "seed " + seed);
            byte[] expected =
                    size < payload.length
                            ? stream.superPacket(payload)
                            : stream.split(payload, size).getFirst();
            assertArrayEquals(expected, out.getFirst(), "seed " + seed);
        }
    }

    /// Whatever is done to the packets on the way: splitting what comes out gives what came in,
    /// flow by flow in order.
    @Test
    void aTroubledStreamComesOutAsItCameIn() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            List<byte[]> packets = troubled(random);
            List<byte[]> out = split(coalesce(packets));
            for (String flow : packets.stream().map(CoalescerTest::flowOf).toList()) {
                assertArrayEquals(
                        InnerStream.join(flow(packets, flow)),
                        InnerStream.join(flow(out, flow)),
                        "seed " + seed + " flow " + flow);
            }
        }
    }

    @Test
    void aCorruptSegmentPassesAloneAndItsNeighboursJoin() {
        InnerStream stream = new InnerStream(false, true, new byte[0], new byte[12]);
        List<byte[]> packets = stream.split(new byte[6_000], 1_000);
        packets.get(3)[700] ^= 1;
        List<byte[]> out = coalesce(packets);
        assertEquals(3, out.size());
        assertEquals(52 + 3_000, out.get(0).length);
        assertArrayEquals(packets.get(3), out.get(1));
        assertEquals(52 + 2_000, out.get(2).length);
    }

    @Test
    void whatMustNotJoinDoesNot() {
        for (int difference = 0; difference < 7; difference++) {
            InnerStream stream = new InnerStream(false, true, new byte[0], new byte[0]);
            byte[] first = stream.split(new byte[100], 100).getFirst();
            stream.sequence = difference == 0 ? 101 : 100;
            stream.identification = difference == 1 ? 2 : 1;
            stream.typeOfService = difference == 2 ? 3 : 0; // congestion was met
            stream.flags |= difference == 3 ? InnerHeader.ECE : 0;
            stream.flags |= difference == 4 ? InnerHeader.FIN : 0;
            stream.flags |= difference == 5 ? InnerHeader.CWR : 0;
            int length = difference == 6 ? 101 : 100; // only the last may be shorter, none longer
            byte[] second = stream.split(new byte[length], length).getFirst();
            List<byte[]> out = coalesce(List.of(first, second));
            assertEquals(2, out.size(), "difference " + difference);
            assertArrayEquals(first, out.get(0));
            assertArrayEquals(second, out.get(1));
        }
    }

    @Test
    void aPushedSegmentEndsItsItem() {
        InnerStream stream = new InnerStream(true, true, new byte[0], new byte[0]);
        stream.flags |= InnerHeader.PSH;
        List<byte[]> packets = new ArrayList<>(stream.split(new byte[3_000], 1_000));
        stream.sequence += 3_000;
        packets.addAll(stream.split(new byte[2_000], 1_000));
        List<byte[]> out = coalesce(packets);
        assertEquals(2, out.size());
        assertEquals(60 + 3_000, out.getFirst().length);
    }

    @Test
    void noItemExceedsWhatAnIpPacketCanHold() {
        InnerStream stream = new InnerStream(false, true, new byte[0], new byte[0]);
        List<byte[]> packets = new ArrayList<>(stream.split(new byte[60_000], 1_380));
        stream.sequence += 60_000;
        stream.identification += packets.size();
        packets.removeLast();
        stream.sequence = 1_380 * packets.size();
        stream.identification = packets.size();
        packets.addAll(stream.split(new byte[20_000], 1_380));
        List<byte[]> out = coalesce(packets);
        assertEquals(2, out.size());
        assertTrue(out.getFirst().length <= 65_535);
        assertTrue(out.getFirst().length > 64_000);
    }

    @Test
    void randomBytesPassAsTheyAre() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            List<byte[]> packets = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                byte[] packet = new byte[random.nextInt(20, 80)];
                random.nextBytes(packet);
                packet[0] = (byte) (random.nextBoolean() || packet.length < 40 ? 0x45 : 0x60);
                packet[packet[0] == 0x45 ? 9 : 6] = (byte) (random.nextBoolean() ? 6 : 17);
                packets.add(packet);
            }
            assertArrayEquals(
                    InnerStream.join(packets), InnerStream.join(coalesce(packets)), "" + seed);
        }
    }

    private List<byte[]> coalesce(List<byte[]> packets) {
        coalescer.clear();
        batch.memory.fill((byte) 0);
        batch.count = 0;
        int at = 64;
        for (byte[] packet : packets) {
            MemorySegment.copy(packet, 0, batch.memory, JAVA_BYTE, at, packet.length);
            batch.offset[batch.count] = at;
            batch.length[batch.count] = packet.length;
            coalescer.add(batch.count++);
            at += packet.length + 33;
        }
        List<byte[]> out = new ArrayList<>();
        for (int item = 0; item < coalescer.items(); item++) {
            coalescer.gather(item, pieces);
            headers.add(
                    batch.memory
                            .asSlice(coalescer.offset(item) - VnetHeader.LENGTH, VnetHeader.LENGTH)
                            .toArray(JAVA_BYTE));
            out.add(joined());
        }
        return out;
    }

    private final List<byte[]> headers = new ArrayList<>();

    /// The packet that the pieces make, without the header before it.
    private byte[] joined() {
        List<byte[]> all = new ArrayList<>();
        for (int i = 0; i < pieces.count(); i++) {
            long offset = pieces.address(i) - batch.memory.address() + (i == 0 ? 10 : 0);
            int length = pieces.length(i) - (i == 0 ? 10 : 0);
            all.add(batch.memory.asSlice(offset, length).toArray(JAVA_BYTE));
        }
        return InnerStream.join(all);
    }

    /// Splits each packet again as its header says.
    private List<byte[]> split(List<byte[]> packets) {
        List<byte[]> out = new ArrayList<>();
        Segmenter segmenter = new Segmenter();
        try (Arena confined = Arena.ofConfined()) {
            PacketRoom room = new PacketRoom(confined);
            MemorySegment memory = confined.allocate(VnetHeader.LENGTH + 65_535);
            int offset = headers.size() - packets.size();
            for (int i = 0; i < packets.size(); i++) {
                MemorySegment.copy(headers.get(offset + i), 0, memory, JAVA_BYTE, 0, 10);
                byte[] packet = packets.get(i);
                MemorySegment.copy(packet, 0, memory, JAVA_BYTE, 10, packet.length);
                assertTrue(segmenter.begin(memory, 0, packet.length));
                room.clear(1420);
                assertTrue(segmenter.fill(room));
                for (int k = 0; k < room.batch.count; k++) {
                    out.add(
                            room.batch
                                    .memory
                                    .asSlice(room.batch.offset[k], room.batch.length[k])
                                    .toArray(JAVA_BYTE));
                }
            }
        }
        return out;
    }

    private static List<byte[]> troubled(Random random) {
        List<byte[]> packets = new ArrayList<>();
        boolean v6 = random.nextBoolean();
        for (int port = 4000; port < 4003; port++) {
            InnerStream stream =
                    new InnerStream(v6, random.nextInt(3) > 0, new byte[0], new byte[4]);
            stream.port = port;
            stream.identification = random.nextInt(65_536);
            byte[] payload = new byte[random.nextInt(1, 9_000)];
            random.nextBytes(payload);
            packets.addAll(stream.split(payload, random.nextInt(200, 1_400)));
        }
        int swaps = random.nextInt(10);
        for (int i = 0; i < swaps; i++) {
            Collections.swap(
                    packets, random.nextInt(packets.size()), random.nextInt(packets.size()));
        }
        packets.add(random.nextInt(packets.size()), packets.getFirst().clone()); // a duplicate
        byte[] corrupt = packets.get(random.nextInt(packets.size()));
        corrupt[random.nextInt(8, corrupt.length)] ^= (byte) (1 << random.nextInt(8));
        return packets;
    }

    private static List<byte[]> flow(List<byte[]> packets, String flow) {
        return packets.stream()
                .filter(packet -> flowOf(packet).equals(flow))
                .map(CoalescerTest::withoutIdentification)
                .toList();
    }

    /// Duplicates of an unfragmentable datagram join although their identification does not count
    /// up, and are given one each when split again.
    private static byte[] withoutIdentification(byte[] packet) {
        byte[] copy = packet.clone();
        if (copy[0] == 0x45) {
            for (int i : new int[] {4, 5, 10, 11}) {
                copy[i] = 0;
            }
        }
        return copy;
    }

    /// Addresses, ports and protocol.
    private static String flowOf(byte[] packet) {
        boolean v6 = packet[0] >> 4 == 6;
        String key = HexFormat.of().formatHex(packet, v6 ? 8 : 12, v6 ? 44 : 24);
        return key + packet[v6 ? 6 : 9];
    }

    private static InnerStream plainStream(Random random) {
        byte[] options = new byte[random.nextInt(4) * 4];
        random.nextBytes(options);
        InnerStream stream =
                new InnerStream(random.nextBoolean(), random.nextBoolean(), new byte[0], options);
        stream.identification = random.nextInt(65_536);
        stream.sequence = random.nextInt();
        stream.typeOfService = random.nextInt(256);
        stream.flags |= random.nextInt(2) * InnerHeader.PSH + random.nextInt(2) * InnerHeader.ECE;
        return stream;
    }
}
