// SPDX-License-Identifier: Apache-2.0
package warren.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import warren.wireguard.ReplayWindow;

/// What each received packet pays for not being delivered twice.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReplayWindowBenchmark {
    private final ReplayWindow window = new ReplayWindow();
    private long counter;

    public ReplayWindowBenchmark() {}

    @Benchmark
    public boolean inOrder() {
        return window.accept(counter++);
    }

    /// Neighbours swapped, as parallel queues do it.
    @Benchmark
    public boolean outOfOrder() {
        return window.accept(counter++ ^ 1);
    }
}
