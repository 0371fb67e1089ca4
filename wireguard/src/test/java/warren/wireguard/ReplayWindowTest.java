// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ReplayWindowTest {
    private static final long LIMIT = ProtocolConstants.REJECT_AFTER_MESSAGES;

    private final ReplayWindow window = new ReplayWindow();

    @Test
    void acceptsEachCounterOnce() {
        for (long counter = 0; counter < 20_000; counter++) {
            assertTrue(window.accept(counter));
            assertFalse(window.accept(counter));
        }
    }

    @Test
    void acceptsLatePacketsWithinTheWindow() {
        assertTrue(window.accept(ReplayWindow.SIZE));
        assertTrue(window.accept(0));
        assertFalse(window.accept(0));
        assertTrue(window.accept(ReplayWindow.SIZE + 1));
        assertFalse(window.accept(0));
        assertTrue(window.accept(1));
    }

    @Test
    void rejectsWhatIsOlderThanTheWindow() {
        assertTrue(window.accept(100_000));
        assertFalse(window.accept(100_000 - ReplayWindow.SIZE - 1));
        assertTrue(window.accept(100_000 - ReplayWindow.SIZE));
    }

    @Test
    void forgetsNothingWhenTheCounterLeaps() {
        assertTrue(window.accept(5));
        assertTrue(window.accept(1L << 40));
        assertFalse(window.accept(5));
        assertFalse(window.accept(1L << 40));
        assertTrue(window.accept((1L << 40) - 63));
    }

    @Test
    void rejectsCountersFromTheLimitOn() {
        assertFalse(window.accept(-1));
        assertFalse(window.accept(LIMIT));
        assertTrue(window.accept(LIMIT - 1));
        assertFalse(window.accept(LIMIT - 1));
        assertTrue(window.accept(LIMIT - 2));
        assertFalse(window.accept(3));
    }

    @Test
    void countersAreUnsigned() {
        assertTrue(window.accept(Long.MAX_VALUE));
        assertTrue(window.accept(Long.MIN_VALUE));
        assertFalse(window.accept(Long.MAX_VALUE));
        assertTrue(window.accept(Long.MAX_VALUE - 1));
        assertTrue(window.accept(Long.MIN_VALUE + 1));
    }

    @Test
    void startsAfreshWhenReset() {
        assertTrue(window.accept(9000));
        window.reset();
        assertTrue(window.accept(9000));
        assertTrue(window.accept(1000));
    }

    static List<Long> seeds() {
        return List.of(1L, 2L, 3L, System.nanoTime());
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void agreesWithASet(long seed) {
        Random random = new Random(seed);
        Set<Long> seen = new HashSet<>();
        long base = random.nextBoolean() ? 0 : Long.MAX_VALUE - 50_000;
        long highest = 0;
        long at = base;
        for (int i = 0; i < 200_000; i++) {
            at += random.nextInt(1000) == 0 ? random.nextInt(20_000) : random.nextInt(3);
            long counter = at + random.nextInt(-9000, 20);
            if (base == 0 && counter < 0) {
                continue;
            }
            if (Long.compareUnsigned(counter, highest) > 0) {
                highest = counter;
            }
            boolean expected = highest - counter <= ReplayWindow.SIZE && seen.add(counter);
            assertEquals(expected, window.accept(counter), "seed " + seed + " step " + i);
        }
    }
}
