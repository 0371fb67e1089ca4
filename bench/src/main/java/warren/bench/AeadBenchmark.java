// SPDX-License-Identifier: Apache-2.0
package warren.bench;

import java.lang.foreign.Arena;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import warren.tunnel.Backends;
import warren.wireguard.Aead;
import warren.wireguard.PacketBatch;

/// Sealing and opening packets in batches of 45, what a super-packet becomes, with each backend:
/// the
/// time of one packet. Opening includes the sealing before it, since a packet can be opened once.
/// A backend that this machine lacks fails and leaves the others alone.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class AeadBenchmark {
    private static final int PACKETS = 45;
    private static final int STRIDE = 2048;

    @Param({"jce", "libcrypto", "ipsec-mb", "vector"})
    String backend = "";

    /// Bytes of the inner packet.
    @Param({"92", "1420"})
    int length;

    private Aead.@Nullable Key key;
    private final PacketBatch batch =
            new PacketBatch(Arena.ofAuto().allocate((long) PACKETS * STRIDE), PACKETS);
    private long counter;

    public AeadBenchmark() {}

    @Setup
    public void choose() {
        key = Backends.of(backend).key(new byte[32]);
    }

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public PacketBatch seal() {
        fill();
        key().seal(batch, 0, PACKETS);
        return batch;
    }

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public PacketBatch sealAndOpen() {
        fill();
        key().seal(batch, 0, PACKETS);
        key().open(batch, 0, PACKETS);
        return batch;
    }

    private Aead.Key key() {
        return Objects.requireNonNull(key);
    }

    private void fill() {
        for (int i = 0; i < PACKETS; i++) {
            batch.offset[i] = i * STRIDE + 16;
            batch.length[i] = length;
            batch.counter[i] = counter++;
        }
        batch.count = PACKETS;
    }
}
