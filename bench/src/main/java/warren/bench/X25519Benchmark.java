// SPDX-License-Identifier: Apache-2.0
package warren.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import warren.wireguard.X25519;

/// One key agreement; a handshake costs each side five or so.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class X25519Benchmark {
    private final X25519 curve = new X25519();
    private final byte[] privateKey = new byte[32];
    private final byte[] publicKey = new byte[32];
    private final byte[] shared = new byte[32];

    public X25519Benchmark() {
        privateKey[7] = 1;
        curve.publicKey(privateKey, publicKey);
    }

    @Benchmark
    public byte[] agree() {
        if (!curve.agree(privateKey, publicKey, shared)) {
            throw new IllegalStateException("a proper public key was refused");
        }
        return shared;
    }
}
