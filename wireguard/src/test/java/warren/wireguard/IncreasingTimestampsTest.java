// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class IncreasingTimestampsTest {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00.123456789Z");

    private Instant now = START;
    private final List<Tai64n> reserved = new ArrayList<>();
    private boolean storeWorks = true;
    private Tai64n stored = Tai64n.ZERO;

    @Test
    void growsWhileTheClockStandsStill() {
        IncreasingTimestamps source = open();
        Tai64n last = next(source);
        for (int i = 0; i < 1000; i++) {
            Tai64n timestamp = next(source);
            assertTrue(timestamp.isAfter(last));
            last = timestamp;
        }
    }

    @Test
    void showsTheClockOnlyTo2ToThe24Nanoseconds() {
        Tai64n timestamp = next(open());
        assertEquals(0, timestamp.nanos() & 0xff_ffff);
        assertEquals(Tai64n.ofUnix(now.getEpochSecond(), 117_440_512), timestamp);
    }

    @Test
    void growsWhateverTheClockDoes() {
        Random random = new Random(42);
        IncreasingTimestamps source = open();
        Tai64n last = Tai64n.ZERO;
        for (int i = 0; i < 10_000; i++) {
            now = now.plusNanos(random.nextLong(-100_000_000_000L, 90_000_000_000L));
            if (random.nextInt(100) == 0) {
                source = open(); // a restart
            }
            Tai64n timestamp = next(source);
            assertTrue(timestamp.isAfter(last), "step " + i);
            assertFalse(timestamp.isAfter(stored), "step " + i + ": past what is stored");
            last = timestamp;
        }
    }

    @Test
    void aRestartWithTheClockSetBackSendsGreaterOnes() {
        Tai64n before = next(open());
        now = now.minusSeconds(365 * 86_400L);
        assertTrue(next(open()).isAfter(before));
    }

    @Test
    void reservesAboutOnceAMinute() {
        IncreasingTimestamps source = open();
        for (int i = 0; i < 6000; i++) { // ten a second for ten minutes
            now = now.plusMillis(100);
            next(source);
        }
        assertTrue(reserved.size() >= 9 && reserved.size() <= 11, "reserved " + reserved.size());
    }

    @Test
    void asksAgainWhereTheStoreFailed() {
        IncreasingTimestamps source = open();
        storeWorks = false;
        Tai64n first = next(source);
        Tai64n second = next(source);
        assertTrue(second.isAfter(first));
        assertEquals(2, reserved.size());
        storeWorks = true;
        next(source);
        next(source);
        assertEquals(3, reserved.size());
    }

    private IncreasingTimestamps open() {
        return new IncreasingTimestamps(() -> now, stored, this::store);
    }

    private boolean store(Tai64n bound) {
        reserved.add(bound);
        if (storeWorks) {
            stored = bound;
        }
        return storeWorks;
    }

    private static Tai64n next(IncreasingTimestamps source) {
        return Tai64n.read(source.next(), 0);
    }
}
