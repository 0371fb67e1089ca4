// SPDX-License-Identifier: Apache-2.0
package warren.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import warren.wireguard.Blake2s;
import warren.wireguard.Hkdf;

/// The hash of the handshake: `mac1` is what each stranger's message costs before it is believed.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Blake2sBenchmark {
    private static final int INITIATION_BEFORE_MAC1 = 116;

    private final Blake2s blake = new Blake2s();
    private final Hkdf hkdf = new Hkdf();
    private final byte[] key = new byte[32];
    private final byte[] initiation = new byte[INITIATION_BEFORE_MAC1];
    private final byte[] kibibyte = new byte[1024];
    private final byte[] output = new byte[32];

    public Blake2sBenchmark() {}

    @Benchmark
    public byte[] mac1OfAnInitiation() {
        blake.beginKeyed(16, key).update(initiation).finish(output, 0);
        return output;
    }

    @Benchmark
    public byte[] hashOfOneKibibyte() {
        blake.begin(32).update(kibibyte).finish(output, 0);
        return output;
    }

    @Benchmark
    public byte[] kdf2() {
        hkdf.kdf2(key, output, key, output);
        return output;
    }
}
