// SPDX-License-Identifier: Apache-2.0
package warren.linux.testing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/// Counts the heap bytes that the calling thread allocates. No state.
public final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /// Enough for the compiler to come round on a machine that is busy with other things.
    private static final int BATCHES = 20;

    private Allocation() {}

    /// What the JDK itself makes in a native call that captures `errno`, until the optimising
    /// compiler removes it; one compilation in ten or so fails to.
    public static final int PER_CAPTURED_ERRNO = 40;

    /// Heap bytes per round of `step` in the steady state: the least of many batches, because the
    /// optimising compiler removes objects once it gets there. Stops at the first batch below one
    /// byte a round.
    public static double perRound(int rounds, PrivateNetwork.Step step) throws Exception {
        double least = Double.MAX_VALUE;
        for (int batch = 0; batch < BATCHES && least >= 1; batch++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            repeat(rounds, step);
            long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
            least = Math.min(least, (double) bytes / rounds);
        }
        return least;
    }

    private static void repeat(int rounds, PrivateNetwork.Step step) throws Exception {
        for (int i = 0; i < rounds; i++) {
            step.run();
        }
    }
}
