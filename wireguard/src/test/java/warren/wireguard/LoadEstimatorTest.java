// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class LoadEstimatorTest {
    private final LoadEstimator load = new LoadEstimator(100, 20);

    @Test
    void theRateThatIsNoLoadMayLastForEver() {
        for (int i = 0; i < 10_000; i++) {
            assertFalse(load.onHandshake(ms(10L * i)));
        }
    }

    @Test
    void aBurstBeyondTheLimitIsLoadForASecond() {
        for (int i = 0; i < 20; i++) {
            assertFalse(load.onHandshake(0));
        }
        assertTrue(load.onHandshake(0));
        assertTrue(load.underLoad(ms(999)));
        assertFalse(load.underLoad(ms(1000)));
    }

    @Test
    void loadLastsWhileTheRateDoes() {
        for (int i = 0; i < 3000; i++) {
            boolean loaded = load.onHandshake(ms(5L * i));
            assertTrue(loaded || i < 45, "message " + i);
        }
        assertFalse(load.underLoad(ms(5 * 3000 + 1000)));
    }

    @Test
    void doesNotMindWhereTheClockStarts() {
        LoadEstimator late = new LoadEstimator(100, 20);
        assertFalse(late.onHandshake(Long.MIN_VALUE + 5));
        assertFalse(late.underLoad(Long.MIN_VALUE + 6));
    }

    private static long ms(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
