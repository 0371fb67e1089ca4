// SPDX-License-Identifier: Apache-2.0
package warren.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import warren.linux.testing.Allocation;
import warren.linux.testing.LeakCheck;

@Timeout(60)
@ExtendWith(LeakCheck.class)
final class WaitingTest {
    @Test
    void aSignalFromAnotherThreadEndsTheWait() throws Exception {
        try (Arena arena = Arena.ofConfined();
                EventFd wake = EventFd.open()) {
            var poll = new Poll(arena, 1);
            int slot = poll.add(wake.fd(), Poll.READ);
            Thread other = Thread.ofPlatform().start(wake::signal);
            assertEquals(1, poll.await(-1));
            assertTrue(poll.readable(slot));
            assertFalse(poll.broken(slot));
            other.join();
        }
    }

    @Test
    void signalsAddUpToOneWakeUpAndClearTakesThemBack() throws Exception {
        try (Arena arena = Arena.ofConfined();
                EventFd wake = EventFd.open()) {
            var poll = new Poll(arena, 1);
            int slot = poll.add(wake.fd(), Poll.READ);
            wake.signal();
            wake.signal();
            assertEquals(1, poll.await(0));
            wake.clear();
            assertEquals(0, poll.await(0));
            assertFalse(poll.readable(slot));
            wake.clear(); // with nothing to take back it does not block
        }
    }

    @Test
    void aWaitEndsAtItsTimeout() throws Exception {
        try (Arena arena = Arena.ofConfined();
                EventFd wake = EventFd.open()) {
            var poll = new Poll(arena, 1);
            poll.add(wake.fd(), Poll.READ);
            long before = System.nanoTime();
            assertEquals(0, poll.await(30));
            assertTrue(System.nanoTime() - before >= TimeUnit.MILLISECONDS.toNanos(25));
        }
    }

    @Test
    void onlyTheReadySlotIsReady() throws Exception {
        try (Arena arena = Arena.ofConfined();
                EventFd quiet = EventFd.open();
                EventFd busy = EventFd.open()) {
            var poll = new Poll(arena, 2);
            int quietSlot = poll.add(quiet.fd(), Poll.READ);
            int busySlot = poll.add(busy.fd(), 0);
            poll.events(busySlot, Poll.READ | Poll.WRITE);
            assertEquals(1, poll.await(0));
            assertFalse(poll.readable(quietSlot));
            assertFalse(poll.readable(busySlot));
            assertTrue(poll.writable(busySlot));
            assertThrows(IllegalStateException.class, () -> poll.add(quiet.fd(), Poll.READ));
        }
    }

    @Test
    void aClosedWakeUpIgnoresLateSignals() throws Exception {
        EventFd wake = EventFd.open();
        wake.close();
        wake.signal();
        wake.close();
        assertThrows(IllegalStateException.class, () -> wake.fd().number());
    }

    @Test
    void aDescriptorIsClosedOnce() throws Exception {
        EventFd first = EventFd.open();
        int number = first.fd().number();
        first.fd().close();
        try (EventFd second = EventFd.open()) { // takes the free number, most likely
            first.fd().close();
            assertTrue(Files.exists(Path.of("/proc/self/fd/" + second.fd().number())));
        }
        assertTrue(number >= 0);
        assertThrows(IllegalArgumentException.class, () -> new Fd(-1));
    }

    @Test
    void wakingAndWaitingMakesNoGarbage() throws Exception {
        try (Arena arena = Arena.ofConfined();
                EventFd wake = EventFd.open()) {
            var poll = new Poll(arena, 1);
            poll.add(wake.fd(), Poll.READ);
            double bytes =
                    Allocation.perRound(
                            10_000,
                            () -> {
                                wake.signal();
                                poll.await(0);
                                wake.clear();
                            });
            assertTrue(bytes <= 3 * Allocation.PER_CAPTURED_ERRNO, bytes + " bytes a round");
        }
    }
}
