// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waits for a condition that other processes bring about.
final class Await {
    private static final Duration POLL = Duration.ofMillis(50);

    private Await() {}

    static void until(String what, Duration limit, BooleanSupplier condition) {
        until(what, limit, condition, () -> "");
    }

    /// @param evidence added to the failure, to say why the condition did not come
    static void until(
            String what, Duration limit, BooleanSupplier condition, Supplier<String> evidence) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > limit.toNanos()) {
                throw new AssertionError(
                        "not within " + limit.toSeconds() + " s: " + what + "\n" + evidence.get());
            }
            try {
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                throw new AssertionError("interrupted while waiting: " + what, e);
            }
        }
    }
}
