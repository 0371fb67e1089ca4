// SPDX-License-Identifier: Apache-2.0
package warren.linux.testing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/// Counts the heap bytes that the calling thread allocates. No state.
public final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocation() {}

    /// Heap bytes per round of `step`, after as many rounds to warm up. The measurement itself
    /// costs a few hundred bytes in all: compare with a wide margin.
    public static double perRound(int rounds, PrivateNetwork.Step step) throws Exception {
        repeat(rounds, step);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        repeat(rounds, step);
        return (double) (THREADS.getCurrentThreadAllocatedBytes() - before) / rounds;
    }

    private static void repeat(int rounds, PrivateNetwork.Step step) throws Exception {
        for (int i = 0; i < rounds; i++) {
            step.run();
        }
    }
}
