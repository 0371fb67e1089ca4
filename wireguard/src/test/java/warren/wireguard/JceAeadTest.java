// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

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

final class JceAeadTest {
    private static final int STRIDE = 70_000;
    private static final int[] LENGTHS = {0, 1, 16, 17, 1280, 1500, 9000, 65_535};

    private final byte[] keyBytes = new byte[32];
    private final PacketBatch batch =
            new PacketBatch(Arena.ofAuto().allocate((long) STRIDE * 8), 8);

    JceAeadTest() {
        new Random(1).nextBytes(keyBytes);
    }

    @Test
    void sealsAsTheOneShotFunctionDoesAndOpensAgain() {
        byte[][] plaintexts = fill();
        try (Aead.Key key = new JceAead().key(keyBytes)) {
            key.seal(batch, 0, 8);
            for (int i = 0; i < 8; i++) {
                byte[] expected =
                        ChaCha20Poly1305.seal(
                                keyBytes, batch.counter[i], plaintexts[i], new byte[0]);
                assertArrayEquals(expected, bytes(i));
            }
            key.open(batch, 0, 8);
            for (int i = 0; i < 8; i++) {
                assertTrue(batch.authentic[i]);
                assertArrayEquals(plaintexts[i], bytes(i));
            }
        }
    }

    @Test
    void touchesOnlyTheRangeItIsGiven() {
        byte[][] plaintexts = fill();
        try (Aead.Key key = new JceAead().key(keyBytes)) {
            key.seal(batch, 2, 4);
        }
        for (int i : new int[] {0, 1, 4, 5, 6, 7}) {
            assertArrayEquals(plaintexts[i], bytes(i));
        }
        assertEquals(LENGTHS[3] + 16, batch.length[3]);
    }

    @Test
    void marksOnlyTheForgedPacketOfABatch() {
        fill();
        try (Aead.Key key = new JceAead().key(keyBytes)) {
            key.seal(batch, 0, 8);
            int last = batch.offset[4] + batch.length[4] - 1;
            byte b = batch.memory.get(ValueLayout.JAVA_BYTE, last);
            batch.memory.set(ValueLayout.JAVA_BYTE, last, (byte) (b ^ 1));
            batch.length[2] = 15;
            batch.counter[6]++;
            key.open(batch, 0, 8);
        }
        for (int i = 0; i < 8; i++) {
            assertEquals(i != 4 && i != 2 && i != 6, batch.authentic[i], "packet " + i);
        }
    }

    @Test
    void worksNoMoreOnceClosed() {
        fill();
        Aead.Key key = new JceAead().key(keyBytes);
        key.close();
        key.close();
        assertThrows(IllegalStateException.class, () -> key.seal(batch, 0, 1));
        batch.length[0] = 32;
        assertThrows(IllegalStateException.class, () -> key.open(batch, 0, 1));
    }

    @Test
    void copiesTheKeyItIsGiven() {
        byte[][] plaintexts = fill();
        byte[] given = keyBytes.clone();
        try (Aead.Key key = new JceAead().key(given)) {
            Arrays.fill(given, (byte) 0);
            key.seal(batch, 4, 5);
        }
        byte[] opened = ChaCha20Poly1305.open(keyBytes, batch.counter[4], bytes(4), new byte[0]);
        assertArrayEquals(plaintexts[4], opened);
        assertFalse(batch.authentic[4]);
    }

    private byte[][] fill() {
        byte[][] plaintexts = new byte[8][];
        Random random = new Random(2);
        for (int i = 0; i < 8; i++) {
            plaintexts[i] = new byte[LENGTHS[i]];
            random.nextBytes(plaintexts[i]);
            batch.offset[i] = i * STRIDE + 16 + i;
            batch.length[i] = LENGTHS[i];
            batch.counter[i] = random.nextLong();
            MemorySegment.copy(
                    plaintexts[i],
                    0,
                    batch.memory,
                    ValueLayout.JAVA_BYTE,
                    batch.offset[i],
                    LENGTHS[i]);
        }
        batch.count = 8;
        return plaintexts;
    }

    private byte[] bytes(int i) {
        return batch.memory
                .asSlice(batch.offset[i], batch.length[i])
                .toArray(ValueLayout.JAVA_BYTE);
    }
}
