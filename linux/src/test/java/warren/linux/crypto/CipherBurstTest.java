// SPDX-License-Identifier: Apache-2.0
package warren.linux.crypto;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import warren.linux.Processes;
import warren.linux.testing.Allocation;
import warren.linux.testing.LeakCheck;

/// Needs libIPSec_MB, which `./dev` installs as root: without it these tests fail as root, and are
/// skipped otherwise. The library is for x86 alone.
@ExtendWith(LeakCheck.class)
@EnabledIfSystemProperty(named = "os.arch", matches = "amd64")
final class CipherBurstTest {
    private static final int TAG = CipherBurst.TAG_LENGTH;
    private static final int STRIDE = 2048;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory = arena.allocate((long) STRIDE * CipherBurst.MOST);
    private final IpsecMb library = IpsecMb.load().orElseThrow();
    private final CipherBurst burst = library.borrow();

    @BeforeAll
    static void isInstalled() {
        assumeTrue(
                IpsecMb.load().isPresent() || Processes.effectiveUserId() == 0,
                "no libIPSec_MB here, and no root to install it");
    }

    @AfterEach
    void free() {
        library.giveBack(burst);
        arena.close();
    }

    /// RFC 8439 appendix A.1, test vector 2, as in [ChaCha20Poly1305KeyTest].
    @Test
    void theKeyStreamIsThatOfTheRfc() {
        String block1 =
                "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
                        + "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f";
        try (var key = library.key(new byte[32])) {
            burst.begin(1);
            burst.seal(key, memory, 0, 64, 0);
            burst.run(memory);
            assertEquals(block1, HexFormat.of().formatHex(bytes(0, 64)));
        }
    }

    @Test
    void agreesWithTheJdkOnEveryLengthInBurstsOfEverySize() throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        byte[] raw = new byte[32];
        random.nextBytes(raw);
        try (var key = library.key(raw)) {
            int length = 0;
            for (int size = 1; length <= 1500; size = size % CipherBurst.MOST + 1) {
                int first = length;
                byte[][] plain = new byte[size][];
                long[] counter = new long[size];
                burst.begin(size);
                for (int i = 0; i < size; i++) {
                    plain[i] = new byte[first + i];
                    random.nextBytes(plain[i]);
                    counter[i] = random.nextLong();
                    write(i, plain[i]);
                    burst.seal(key, memory, at(i), first + i, counter[i]);
                }
                burst.run(memory);
                for (int i = 0; i < size; i++) {
                    String what = "seed " + seed + " length " + (first + i);
                    byte[] sealed = ChaCha20Poly1305KeyTest.jdkSeal(raw, counter[i], plain[i]);
                    assertArrayEquals(sealed, bytes(at(i), first + i + TAG), what);
                }
                burst.begin(size);
                for (int i = 0; i < size; i++) {
                    burst.open(key, memory, at(i), first + i, counter[i]);
                }
                burst.run(memory);
                for (int i = 0; i < size; i++) {
                    String what = "seed " + seed + " length " + (first + i);
                    assertTrue(burst.isAuthentic(i, memory, at(i) + first + i), what);
                    assertArrayEquals(plain[i], bytes(at(i), first + i), what);
                }
                length += size;
            }
        }
    }

    @Test
    void everyFlippedBitIsNoticed() {
        try (var key = library.key(new byte[32])) {
            for (int bit = 0; bit < (20 + TAG) * 8; bit++) {
                memory.fill((byte) 0);
                seal(key, 20, 7);
                byte hit = memory.get(JAVA_BYTE, bit / 8);
                memory.set(JAVA_BYTE, bit / 8, (byte) (hit ^ 1 << bit % 8));
                assertFalse(opens(key, 20, 7), "bit " + bit);
            }
        }
    }

    @Test
    void aWrongCounterOrKeyOpensNothing() {
        byte[] other = new byte[32];
        other[31] = 1;
        try (var key = library.key(new byte[32]);
                var wrong = library.key(other)) {
            seal(key, 100, 5);
            byte[] sealed = bytes(0, 100 + TAG);
            assertFalse(opens(key, 100, 6));
            write(0, sealed);
            assertFalse(opens(wrong, 100, 5));
            write(0, sealed);
            assertTrue(opens(key, 100, 5));
        }
    }

    @Test
    void touchesNothingBesideItsRange() {
        try (var key = library.key(new byte[32])) {
            memory.fill((byte) 0x55);
            burst.begin(1);
            burst.seal(key, memory, 16, 33, 1);
            burst.run(memory);
            for (int i = 0; i < 256; i++) {
                if (i < 16 || i >= 16 + 33 + TAG) {
                    assertEquals(0x55, memory.get(JAVA_BYTE, i), "byte " + i);
                }
            }
        }
    }

    @Test
    void refusesWhatIsNoRangeOfNativeMemoryAndRunsThatAreNotFull() {
        try (var key = library.key(new byte[32])) {
            int size = (int) memory.byteSize();
            burst.begin(2);
            assertThrows(
                    IndexOutOfBoundsException.class,
                    () -> burst.seal(key, memory, 0, size - 15, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> burst.open(key, memory, -1, 16, 0));
            assertThrows(IllegalArgumentException.class, () -> burst.open(key, memory, 0, -16, 0));
            MemorySegment heap = MemorySegment.ofArray(new byte[64]);
            assertThrows(IllegalArgumentException.class, () -> burst.seal(key, heap, 0, 16, 0));
            burst.seal(key, memory, 0, 16, 0);
            assertThrows(IllegalStateException.class, () -> burst.run(memory));
            burst.seal(key, memory, 64, 16, 0);
            assertThrows(
                    IndexOutOfBoundsException.class, () -> burst.seal(key, memory, 128, 16, 0));
            burst.run(memory);
        }
        assertThrows(IndexOutOfBoundsException.class, () -> burst.begin(CipherBurst.MOST + 1));
        assertThrows(IllegalArgumentException.class, () -> library.key(new byte[31]));
    }

    @Test
    void aWipedKeyIsRefused() {
        var key = library.key(new byte[32]);
        key.close();
        key.close();
        burst.begin(1);
        assertThrows(IllegalStateException.class, () -> burst.seal(key, memory, 0, 16, 0));
        assertFalse(key.toString().contains("00"));
    }

    @Test
    void whatOneBorrowedNobodyElseGetsUntilItIsBack() {
        CipherBurst other = library.borrow();
        assertFalse(other == burst);
        library.giveBack(other);
        assertSame(other, library.borrow());
    }

    @Test
    void sealingAndOpeningMakeNoGarbage() throws Exception {
        try (var key = library.key(new byte[32])) {
            double bytes =
                    Allocation.perRound(
                            10_000,
                            () -> {
                                seal(key, 1400, 9);
                                assertTrue(opens(key, 1400, 9));
                            });
            assertTrue(bytes < 1, bytes + " bytes a packet");
        }
    }

    private void seal(IpsecMbKey key, int length, long counter) {
        burst.begin(1);
        burst.seal(key, memory, 0, length, counter);
        burst.run(memory);
    }

    private boolean opens(IpsecMbKey key, int length, long counter) {
        burst.begin(1);
        burst.open(key, memory, 0, length, counter);
        burst.run(memory);
        return burst.isAuthentic(0, memory, length);
    }

    /// Where packet `i` lies: at any alignment.
    private static long at(int i) {
        return (long) i * STRIDE + i % 64;
    }

    private void write(int i, byte[] bytes) {
        MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, at(i), bytes.length);
    }

    private byte[] bytes(long offset, int length) {
        return memory.asSlice(offset, length).toArray(JAVA_BYTE);
    }
}
