// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import warren.wireguard.PacketBatch;

/// Watches what the vector code costs one thread, by samples, and shuts the gate where it allocates
/// or has become dear: the JVM may throw compiled code away at any time. Confined to one thread.
final class VectorWatch {
    static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /// One run in so many is a sample; the samples cost nothing measurable.
    private static final int INTERVAL = 32;

    /// Compiled code allocates nothing; a vector that is not kept in a register is 80 bytes.
    private static final long ALLOCATION_LIMIT = 1024;

    /// Samples in a row that must allocate: a single one may be the JVM's own doing.
    private static final int ALLOCATING_SAMPLES = 3;

    /// Samples of which the cheapest counts: a thread that lost its processor looks dear.
    private static final int WINDOW = 64;

    private static final double DEAR = 2.0;

    private final VectorGate gate;
    private int runs;
    private boolean sampling;
    private long allocated;
    private long nanos;
    private int allocating;
    private int samples;
    private double cheapest = Double.MAX_VALUE;

    VectorWatch(VectorGate gate) {
        this.gate = gate;
    }

    void begin() {
        sampling = ++runs % INTERVAL == 0;
        if (sampling) {
            allocated = THREADS.getCurrentThreadAllocatedBytes();
            nanos = System.nanoTime();
        }
    }

    void end(PacketBatch batch, int from, int to) {
        if (!sampling) {
            return;
        }
        long bytes = 0;
        for (int i = from; i < to; i++) {
            bytes += batch.length[i];
        }
        long took = System.nanoTime() - nanos;
        long garbage = THREADS.getCurrentThreadAllocatedBytes() - allocated;
        take(garbage / (to - from), took / gate.usual().nanos(to - from, bytes));
    }

    /// @param garbage bytes a packet
    /// @param ratio time to the usual time
    void take(long garbage, double ratio) {
        allocating = garbage > ALLOCATION_LIMIT ? allocating + 1 : 0;
        if (allocating == ALLOCATING_SAMPLES) {
            allocating = 0;
            gate.shut("garbage, bytes a packet", garbage);
        }
        cheapest = Math.min(cheapest, ratio);
        if (++samples == WINDOW) {
            if (cheapest > DEAR) {
                gate.shut("time, percent of the usual", Math.round(100 * cheapest));
            }
            samples = 0;
            cheapest = Double.MAX_VALUE;
        }
    }
}
