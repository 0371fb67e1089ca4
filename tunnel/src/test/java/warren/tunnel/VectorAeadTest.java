// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import warren.wireguard.Aead;
import warren.wireguard.JceAead;
import warren.wireguard.PacketBatch;

/// The vector code against the JDK's cipher, which the vectors of RFC 8439 pin. It runs in whatever
/// the JVM makes of it: results do not depend on the processor.
class VectorAeadTest {
    private static final byte CANARY = 0x5a;
    private static final int GAP = 16;
    private static final int PACKETS = 70;
    private static final int[] EDGES = {
        0, 1, 15, 16, 17, 31, 32, 48, 63, 64, 65, 79, 80, 127, 128, 129, 511, 512, 1420, 2100, 9000
    };

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);
    private final VectorGate gate = new VectorGate();

    /// With a gate that stays open: a slow compiler makes garbage, over which the watch would shut
    /// it.
    private final Aead vector = new VectorAead(new RefusingAead(), VectorGate.alwaysOpen(), true);

    private final Aead mixed = new VectorAead(new JceAead(), gate);

    VectorAeadTest() {
        gate.open(VectorCost.UNKNOWN);
    }

    @Test
    void equalLengthsMakeWhatTheJdkMakes() {
        for (int length : EDGES) {
            int[] lengths = new int[8 * (1 + random.nextInt(5))];
            Arrays.fill(lengths, length);
            exchange(vector, lengths);
        }
    }

    @Test
    void everyLengthMakesWhatTheJdkMakes() {
        for (int length = 0; length <= 1500; length++) {
            int[] lengths = new int[1 + length % 17];
            Arrays.fill(lengths, length);
            exchange(vector, lengths);
        }
    }

    @Test
    void neighbouringLengthsMakeWhatTheJdkMakes() {
        for (int first = 0; first <= 1500; first += PACKETS) {
            int[] lengths = new int[PACKETS];
            int base = first;
            Arrays.setAll(lengths, i -> base + i);
            exchange(vector, lengths);
            Arrays.setAll(lengths, i -> i % 2 == 0 ? base + i : base - base % 64 + 64);
            exchange(vector, lengths);
        }
        exchange(vector, 8960, 8959, 9000, 9001, 9016, 9023, 9024, 9025, 8999, 8992);
    }

    @Test
    void anyMixtureOfLengthsMakesWhatTheJdkMakes() {
        for (int round = 0; round < 60; round++) {
            int[] lengths = new int[1 + random.nextInt(PACKETS)];
            int longest = 1 + random.nextInt(2000);
            for (int i = 0; i < lengths.length; i++) {
                lengths[i] =
                        random.nextInt(4) == 0
                                ? EDGES[random.nextInt(EDGES.length - 1)]
                                : random.nextInt(longest);
            }
            exchange(mixed, lengths);
        }
    }

    @Test
    void theLargestPacketsFitToo() {
        exchange(vector, 65_000, 65_535 - 16, 64_999, 65_007, 65_519, 65_008);
    }

    @Test
    void aForgedPacketHarmsNoNeighbour() {
        for (int round = 0; round < 40; round++) {
            int[] lengths = new int[5 + random.nextInt(40)];
            Arrays.setAll(lengths, i -> 100 + random.nextInt(60));
            forge(lengths, random.nextInt(lengths.length), random.nextInt(lengths.length));
        }
    }

    private void forge(int[] lengths, int forged, int cut) {
        byte[] secret = secret();
        try (Arena arena = Arena.ofConfined();
                Aead.Key sealer = new JceAead().key(secret);
                Aead.Key opener = mixed.key(secret)) {
            PacketBatch batch = batch(arena, lengths);
            byte[][] plain = contents(batch, lengths.length);
            sealer.seal(batch, 0, lengths.length);
            long at = (long) batch.offset[forged] + random.nextInt(batch.length[forged]);
            byte changed =
                    (byte) (batch.memory.get(ValueLayout.JAVA_BYTE, at) ^ (1 << random.nextInt(8)));
            batch.memory.set(ValueLayout.JAVA_BYTE, at, changed);
            batch.length[cut] = random.nextInt(16);
            opener.open(batch, 0, lengths.length);
            for (int i = 0; i < lengths.length; i++) {
                assertEquals(i != forged && i != cut, batch.authentic[i], "seed " + seed);
                if (batch.authentic[i]) {
                    assertArrayEquals(plain[i], content(batch, i), "seed " + seed);
                }
            }
            assertEquals(0, batch.length[cut]);
        }
    }

    @Test
    void onlyTheRangeIsTouched() {
        int[] lengths = new int[24];
        Arrays.fill(lengths, 200);
        try (Arena arena = Arena.ofConfined();
                Aead.Key key = vector.key(secret())) {
            PacketBatch batch = batch(arena, lengths);
            byte[][] plain = contents(batch, lengths.length);
            key.seal(batch, 8, 16);
            for (int i = 0; i < lengths.length; i++) {
                boolean inside = i >= 8 && i < 16;
                assertEquals(inside ? 216 : 200, batch.length[i]);
                assertEquals(!inside, Arrays.equals(plain[i], content(batch, i)));
            }
        }
    }

    @Test
    void fewPacketsAndAShutGateGoToTheOtherBackend() {
        Aead gated = new VectorAead(new RefusingAead(), gate);
        try (Arena arena = Arena.ofConfined();
                Aead.Key key = gated.key(new byte[32])) {
            PacketBatch large = batch(arena, 1420, 1420, 1420, 1420);
            assertThrows(UnsupportedOperationException.class, () -> key.seal(large, 0, 2));
            key.seal(large, 0, 4);
            PacketBatch batch = batch(arena, 100, 100, 100, 100, 100, 100, 100, 100);
            assertThrows(UnsupportedOperationException.class, () -> key.seal(batch, 0, 1));
            key.seal(batch, 0, 8);
            gate.shut("test", 0);
            assertThrows(UnsupportedOperationException.class, () -> key.open(batch, 0, 8));
            assertEquals("refusing", gated.name());
        }
    }

    @Test
    void aClosedKeyWorksNoMore() {
        try (Arena arena = Arena.ofConfined()) {
            PacketBatch batch = batch(arena, 100, 100, 100, 100, 100, 100, 100, 100);
            Aead.Key key = mixed.key(new byte[32]);
            key.close();
            key.close();
            assertThrows(IllegalStateException.class, () -> key.seal(batch, 0, 8));
            assertThrows(IllegalStateException.class, () -> key.open(batch, 0, 8));
        }
    }

    @Test
    void garbageOrLastingDearnessShutsTheGateAndHiccupsDoNot() {
        VectorWatch watch = new VectorWatch(gate);
        for (int i = 0; i < 300; i++) {
            watch.take(i % 3 == 0 ? 0 : 100_000, i % 10 == 0 ? 0.4 : 50);
        }
        assertTrue(gate.isOpen());
        for (int i = 0; i < 3; i++) {
            watch.take(100_000, 0.4);
        }
        assertFalse(gate.isOpen());
        gate.open(VectorCost.UNKNOWN);
        for (int i = 0; i < 128; i++) {
            watch.take(0, 3);
        }
        assertFalse(gate.isOpen());
    }

    private void exchange(Aead backend, int... lengths) {
        byte[] secret = secret();
        try (Arena arena = Arena.ofConfined();
                Aead.Key opener = backend.key(secret);
                Aead.Key sealer = backend.key(secret);
                Aead.Key theirs = new JceAead().key(secret)) {
            PacketBatch batch = batch(arena, lengths);
            byte[][] plain = contents(batch, lengths.length);
            theirs.seal(batch, 0, lengths.length);
            byte[][] sealed = contents(batch, lengths.length);
            opener.open(batch, 0, lengths.length);
            String message = "seed " + seed + " " + Arrays.toString(lengths);
            for (int i = 0; i < lengths.length; i++) {
                assertTrue(batch.authentic[i], message);
                assertArrayEquals(plain[i], content(batch, i), message);
            }
            sealer.seal(batch, 0, lengths.length);
            for (int i = 0; i < lengths.length; i++) {
                assertArrayEquals(sealed[i], content(batch, i), message);
            }
            assertNothingBetweenWasWritten(batch, lengths.length);
        }
    }

    /// The packets fill the memory to its last byte; a read beyond would throw.
    private PacketBatch batch(Arena arena, int... lengths) {
        long size = Arrays.stream(lengths).asLongStream().map(l -> GAP + l + 16).sum();
        PacketBatch batch = new PacketBatch(arena.allocate(size, 1), lengths.length);
        batch.memory.fill(CANARY);
        int at = 0;
        for (int i = 0; i < lengths.length; i++) {
            byte[] content = new byte[lengths[i]];
            random.nextBytes(content);
            batch.offset[i] = at + GAP;
            batch.length[i] = lengths[i];
            batch.counter[i] = random.nextLong();
            MemorySegment.copy(
                    content, 0, batch.memory, ValueLayout.JAVA_BYTE, at + GAP, lengths[i]);
            at += GAP + lengths[i] + 16;
        }
        batch.count = lengths.length;
        return batch;
    }

    private static void assertNothingBetweenWasWritten(PacketBatch batch, int count) {
        for (int i = 0; i < count; i++) {
            for (int k = 1; k <= GAP; k++) {
                assertEquals(CANARY, batch.memory.get(ValueLayout.JAVA_BYTE, batch.offset[i] - k));
            }
        }
    }

    private byte[] secret() {
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        return secret;
    }

    private static byte[][] contents(PacketBatch batch, int count) {
        byte[][] contents = new byte[count][];
        Arrays.setAll(contents, i -> content(batch, i));
        return contents;
    }

    private static byte[] content(PacketBatch batch, int i) {
        return batch.memory
                .asSlice(batch.offset[i], batch.length[i])
                .toArray(ValueLayout.JAVA_BYTE);
    }

    /// Proves that the vector code did the work.
    private static final class RefusingAead implements Aead {
        @Override
        public String name() {
            return "refusing";
        }

        @Override
        public Key key(byte[] key) {
            return new Key() {
                @Override
                public void seal(PacketBatch batch, int from, int to) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public void open(PacketBatch batch, int from, int to) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public void close() {}
            };
        }
    }
}
