// SPDX-License-Identifier: Apache-2.0
package warren.bench;

import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import warren.wireguard.Aead;
import warren.wireguard.JceAead;
import warren.wireguard.PacketBatch;

/// Sealing and opening packets in batches of 64 with the JDK's cipher, the time of one packet.
/// Opening includes the sealing before it, since a packet can be opened once.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AeadBenchmark {
    private static final int PACKETS = 64;
    private static final int STRIDE = 2048;

    /// Bytes of the inner packet.
    @Param({"64", "1424"})
    int length;

    private final Aead.Key key = new JceAead().key(new byte[32]);
    private final PacketBatch batch =
            new PacketBatch(Arena.ofAuto().allocate((long) PACKETS * STRIDE), PACKETS);
    private long counter;

    public AeadBenchmark() {}

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public PacketBatch seal() {
        fill();
        key.seal(batch, 0, PACKETS);
        return batch;
    }

    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public PacketBatch sealAndOpen() {
        fill();
        key.seal(batch, 0, PACKETS);
        key.open(batch, 0, PACKETS);
        return batch;
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
