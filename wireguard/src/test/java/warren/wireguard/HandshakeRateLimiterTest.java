// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HandshakeRateLimiterTest {
    private static final IpAddress A = IpAddress.parse("192.0.2.1");
    private static final IpAddress B = IpAddress.parse("192.0.2.2");

    private final HandshakeRateLimiter limiter = new HandshakeRateLimiter(42, 1024);

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MIN_VALUE, Long.MAX_VALUE - 100, -1})
    void allowsABurstOfFiveAtAnyReadingOfTheClock(long now) {
        assertEquals(5, allowed(A, 100, now));
    }

    @Test
    void allowsTwentyASecondInTheLongRun() {
        int allowed = 0;
        for (long ms = 0; ms < 10_000; ms++) {
            allowed += limiter.allow(A, TimeUnit.MILLISECONDS.toNanos(ms)) ? 1 : 0;
        }
        assertEquals(204, allowed, 1.0);
    }

    @Test
    void anAddressDoesNotPayForAnother() {
        assertEquals(5, allowed(A, 10, 0));
        assertEquals(5, allowed(B, 10, 0));
    }

    @Test
    void aWhole64IsOneIpv6Source() {
        assertEquals(5, allowed(IpAddress.parse("2001:db8::1"), 10, 0));
        assertFalse(limiter.allow(IpAddress.parse("2001:db8::ffff:2"), 0));
        assertTrue(limiter.allow(IpAddress.parse("2001:db8:0:1::1"), 0));
    }

    @Test
    void aQuietSourceGetsItsBurstBack() {
        assertEquals(5, allowed(A, 10, 0));
        assertEquals(5, allowed(A, 10, TimeUnit.MILLISECONDS.toNanos(250)));
        assertEquals(1, allowed(A, 10, TimeUnit.MILLISECONDS.toNanos(300)));
    }

    @Test
    void aFullTableRefusesNewcomersAndKeepsItsBounds() {
        int allowed = 0;
        for (int i = 0; i < 100_000; i++) {
            allowed += limiter.allow(IpAddress.v4(i), 0) ? 1 : 0;
        }
        assertEquals(1024, allowed);
        assertTrue(limiter.allow(A, TimeUnit.SECONDS.toNanos(1)));
    }

    @Test
    void refusesACapacityItCannotIndex() {
        assertThrows(IllegalArgumentException.class, () -> new HandshakeRateLimiter(1, 4));
        assertThrows(IllegalArgumentException.class, () -> new HandshakeRateLimiter(1, 1000));
    }

    private int allowed(IpAddress address, int tries, long now) {
        int allowed = 0;
        for (int i = 0; i < tries; i++) {
            allowed += limiter.allow(address, now) ? 1 : 0;
        }
        return allowed;
    }
}
