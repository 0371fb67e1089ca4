// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Waits for something that other processes bring about.
final class Eventually {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(90);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    interface Condition {
        boolean holds() throws IOException;
    }

    private Eventually() {}

    /// Returns when it holds; fails with what it was where it does not in good time. What the
    /// condition throws counts as not yet.
    static void holds(String what, Condition condition) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        IOException last = null;
        while (System.nanoTime() - deadline < 0) {
            try {
                if (condition.holds()) {
                    return;
                }
                last = null;
            } catch (IOException e) {
                last = e;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new AssertionError("never: " + what, last);
    }
}
