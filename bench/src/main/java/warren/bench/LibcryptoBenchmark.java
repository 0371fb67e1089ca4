// SPDX-License-Identifier: Apache-2.0
package warren.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import warren.linux.crypto.ChaCha20Poly1305Key;
import warren.linux.crypto.Libcrypto;

/// The same work as [AeadBenchmark] by the host's libcrypto, through the foreign function
/// interface.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class LibcryptoBenchmark {
    /// Bytes of the inner packet.
    @Param({"64", "1424"})
    int length;

    private final ChaCha20Poly1305Key key =
            Libcrypto.load()
                    .orElseThrow(() -> new IllegalStateException("no libcrypto here"))
                    .key(new byte[32]);
    private final MemorySegment memory = Arena.ofAuto().allocate(2048);
    private long counter;

    public LibcryptoBenchmark() {}

    @Benchmark
    public MemorySegment seal() {
        key.seal(memory, 16, length, counter++);
        return memory;
    }

    @Benchmark
    public boolean sealAndOpen() {
        key.seal(memory, 16, length, counter);
        return key.open(memory, 16, length, counter++);
    }

    @TearDown
    public void close() {
        key.close();
    }
}
