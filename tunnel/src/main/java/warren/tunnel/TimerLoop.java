// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/// Keeps the device's time: handshakes, retries, keepalives and expiry. Wakes at the next deadline,
/// and every second for deadlines that the packet loops made since and for an interface whose
/// change nobody told us of. One platform thread.
final class TimerLoop {
    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final DeviceControl control;
    private final Ending ending;
    private final LongSupplier nanoClock;

    TimerLoop(DeviceControl control, Ending ending, LongSupplier nanoClock) {
        this.control = control;
        this.ending = ending;
        this.nanoClock = nanoClock;
    }

    /// Runs until the ending is due; who makes it due unparks this thread.
    void run() {
        long nextTick = nanoClock.getAsLong();
        while (!ending.isDue()) {
            if (nextTick - nanoClock.getAsLong() <= 0) {
                control.followInterface();
                nextTick = nanoClock.getAsLong() + TICK_NANOS;
            }
            long deadline = control.onTimer();
            long now = nanoClock.getAsLong();
            long wait = Math.min(deadline - now, nextTick - now);
            if (wait > 0) {
                LockSupport.parkNanos(this, wait);
            }
        }
    }
}
