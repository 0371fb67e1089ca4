// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import java.io.IOException;
import java.time.Duration;

/// Waits for conditions, with a limit.
final class Await {
    private static final long PAUSE_MILLIS = 50;

    /// Something that is true sooner or later. One that throws is not true yet, unless it throws a
    /// [DemoException].
    interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    private Await() {}

    /// Returns the seconds it took.
    static double until(String what, Duration limit, Condition condition)
            throws DemoException, InterruptedException {
        long start = System.nanoTime();
        String last = "";
        while (System.nanoTime() - start < limit.toNanos()) {
            try {
                if (condition.holds()) {
                    return (System.nanoTime() - start) / 1e9;
                }
            } catch (DemoException e) {
                throw e; // it will never hold
            } catch (IOException e) {
                last = " (" + e.getMessage() + ")";
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        throw new DemoException("waited " + limit.toSeconds() + " s in vain: " + what + last);
    }
}
