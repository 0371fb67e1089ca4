// SPDX-License-Identifier: Apache-2.0
package warren.linux.crypto;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import warren.linux.testing.Allocation;
import warren.linux.testing.LeakCheck;

/// Needs libcrypto, which every machine that builds this has: without it these tests fail.
@ExtendWith(LeakCheck.class)
final class ChaCha20Poly1305KeyTest {
    private static final int TAG = ChaCha20Poly1305Key.TAG_LENGTH;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory = arena.allocate(4096);
    private final Libcrypto libcrypto = Libcrypto.load().orElseThrow();

    @AfterEach
    void free() {
        arena.close();
    }

    /// RFC 8439 appendix A.1, test vector 2: the key stream of block 1, where an AEAD's ciphertext
    /// starts. The RFC's AEAD vectors have additional data, which WireGuard never has; the tag is
    /// compared with the JDK's.
    @Test
    void theKeyStreamIsThatOfTheRfc() {
        String block1 =
                "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
                        + "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f";
        try (var key = libcrypto.key(new byte[32])) {
            key.seal(memory, 0, 64, 0);
            assertEquals(block1, HexFormat.of().formatHex(bytes(0, 64)));
        }
    }

    @Test
    void agreesWithTheJdkOnEveryLength() throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        byte[] raw = new byte[32];
        random.nextBytes(raw);
        try (var sealer = libcrypto.key(raw);
                var opener = libcrypto.key(raw)) {
            for (int length = 0; length <= 2000; length++) {
                long counter = random.nextLong();
                int offset = random.nextInt(64);
                byte[] plain = new byte[length];
                random.nextBytes(plain);
                MemorySegment.copy(plain, 0, memory, JAVA_BYTE, offset, length);
                String what = "seed " + seed + " length " + length;

                sealer.seal(memory, offset, length, counter);
                assertArrayEquals(jdkSeal(raw, counter, plain), bytes(offset, length + TAG), what);
                assertTrue(opener.open(memory, offset, length, counter), what);
                assertArrayEquals(plain, bytes(offset, length), what);
            }
        }
    }

    @Test
    void everyFlippedBitIsNoticed() {
        try (var key = libcrypto.key(new byte[32])) {
            for (int bit = 0; bit < (20 + TAG) * 8; bit++) {
                memory.fill((byte) 0);
                key.seal(memory, 0, 20, 7);
                byte hit = memory.get(JAVA_BYTE, bit / 8);
                memory.set(JAVA_BYTE, bit / 8, (byte) (hit ^ 1 << bit % 8));
                assertFalse(key.open(memory, 0, 20, 7), "bit " + bit);
            }
        }
    }

    @Test
    void aWrongCounterOrKeyOpensNothingAndTheKeyStaysUsable() {
        byte[] other = new byte[32];
        other[31] = 1;
        try (var key = libcrypto.key(new byte[32]);
                var wrong = libcrypto.key(other)) {
            key.seal(memory, 0, 100, 5);
            byte[] sealed = bytes(0, 100 + TAG);
            assertFalse(key.open(memory, 0, 100, 6));
            restore(sealed);
            assertFalse(wrong.open(memory, 0, 100, 5));
            restore(sealed);
            assertTrue(key.open(memory, 0, 100, 5));
        }
    }

    @Test
    void touchesNothingBesideItsRange() {
        try (var key = libcrypto.key(new byte[32])) {
            memory.fill((byte) 0x55);
            key.seal(memory, 16, 33, 1);
            assertTrue(key.open(memory, 16, 33, 1));
            for (int i = 0; i < 128; i++) {
                if (i < 16 || i >= 16 + 33 + TAG) {
                    assertEquals(0x55, memory.get(JAVA_BYTE, i), "byte " + i);
                }
            }
        }
    }

    @Test
    void refusesRangesOutsideNativeMemory() {
        try (var key = libcrypto.key(new byte[32])) {
            int size = (int) memory.byteSize();
            assertThrows(IndexOutOfBoundsException.class, () -> key.seal(memory, 0, size - 15, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> key.open(memory, -1, 16, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> key.open(memory, 0, -17, 0));
            assertThrows(IllegalArgumentException.class, () -> key.open(memory, 0, -16, 0));
            MemorySegment heap = MemorySegment.ofArray(new byte[64]);
            assertThrows(IllegalArgumentException.class, () -> key.seal(heap, 0, 16, 0));
        }
        assertThrows(IllegalArgumentException.class, () -> libcrypto.key(new byte[31]));
    }

    @Test
    void aWipedKeyIsRefused() {
        var key = libcrypto.key(new byte[32]);
        key.close();
        key.close();
        assertThrows(IllegalStateException.class, () -> key.seal(memory, 0, 16, 0));
        assertThrows(IllegalStateException.class, () -> key.open(memory, 0, 16, 0));
        assertFalse(key.toString().contains("00"));
    }

    @Test
    void sealingAndOpeningMakeNoGarbage() throws Exception {
        try (var key = libcrypto.key(new byte[32])) {
            double bytes =
                    Allocation.perRound(
                            10_000,
                            () -> {
                                key.seal(memory, 16, 1400, 9);
                                assertTrue(key.open(memory, 16, 1400, 9));
                            });
            assertTrue(bytes < 1, bytes + " bytes a packet");
        }
    }

    static byte[] jdkSeal(byte[] key, long counter, byte[] plain) throws Exception {
        byte[] nonce =
                ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putLong(4, counter).array();
        Cipher cipher = Cipher.getInstance("ChaCha20-Poly1305");
        cipher.init(
                Cipher.ENCRYPT_MODE,
                new SecretKeySpec(key, "ChaCha20"),
                new IvParameterSpec(nonce));
        return cipher.doFinal(plain);
    }

    private byte[] bytes(long offset, int length) {
        return memory.asSlice(offset, length).toArray(JAVA_BYTE);
    }

    private void restore(byte[] bytes) {
        MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, 0, bytes.length);
    }
}
