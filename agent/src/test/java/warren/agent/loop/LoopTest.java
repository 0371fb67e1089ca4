// SPDX-License-Identifier: Apache-2.0
package warren.agent.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LoopTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long LONG_NANOS = TimeUnit.HOURS.toNanos(1);

    private Loop loop;

    @AfterEach
    void stop() throws InterruptedException {
        loop.stop(PATIENCE);
        assertFalse(loop.offer(() -> {}));
        assertTrue(
                Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().equals("loop-under-test")));
    }

    private void start(Loop.Duty duty) {
        loop = new Loop("loop-under-test", duty);
        loop.start();
    }

    @Test
    void workRunsOnTheLoopAndItsResultComesBack() throws IOException {
        start(now -> now + LONG_NANOS);
        assertEquals(
                "loop-under-test", loop.call(() -> Thread.currentThread().getName(), PATIENCE));
    }

    @Test
    void workThatFailsFailsItsCallerAndNotTheLoop() throws IOException {
        start(now -> now + LONG_NANOS);
        IOException e =
                assertThrows(
                        IOException.class,
                        () ->
                                loop.call(
                                        () -> {
                                            throw new IOException("no");
                                        },
                                        PATIENCE));
        assertEquals("no", e.getMessage());
        assertThrows(
                IllegalStateException.class,
                () ->
                        loop.call(
                                () -> {
                                    throw new IllegalStateException("bug");
                                },
                                PATIENCE));
        assertEquals(5, loop.call(() -> 5, PATIENCE));
    }

    @Test
    void theDutyRunsWhenItIsDueAndWhenWoken() throws InterruptedException {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch second = new CountDownLatch(2);
        start(
                now -> {
                    first.countDown();
                    second.countDown();
                    return now + LONG_NANOS;
                });
        assertTrue(first.await(20, TimeUnit.SECONDS));
        loop.offer(() -> loop.dueBy(System.nanoTime()));
        assertTrue(second.await(20, TimeUnit.SECONDS));
    }

    @Test
    void aDutyThatFailsIsTriedAgain() throws InterruptedException {
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch again = new CountDownLatch(1);
        start(
                now -> {
                    if (runs.incrementAndGet() == 1) {
                        throw new IOException("not yet");
                    }
                    again.countDown();
                    return now + LONG_NANOS;
                });
        assertTrue(again.await(20, TimeUnit.SECONDS));
    }

    @Test
    void workOfTheLoopMayCallTheLoop() throws IOException {
        start(now -> now + LONG_NANOS);
        assertEquals(7, loop.call(() -> loop.call(() -> 7, PATIENCE), PATIENCE));
    }
}
