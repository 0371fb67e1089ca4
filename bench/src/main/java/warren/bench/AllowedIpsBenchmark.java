// SPDX-License-Identifier: Apache-2.0
package warren.bench;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import warren.wireguard.AllowedIps;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;

/// The lookup of each packet, in both directions, and a change, in a full mesh of nodes that have
/// a `/26` and a node address each.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AllowedIpsBenchmark {
    private static final int NETWORK = 0x0a640000; // 10.100.0.0/16
    private static final long ULA = 0xfd12_3456_789a_0000L;

    @Param({"2", "1000"})
    int peers;

    private final AllowedIps<Integer> table = new AllowedIps<>();
    private int next;

    public AllowedIpsBenchmark() {}

    @Setup
    public void fill() {
        for (int peer = 0; peer < peers; peer++) {
            table.insert(new IpPrefix(IpAddress.v4(NETWORK | peer << 6), 26), peer);
            table.insert(IpPrefix.of(IpAddress.v6(ULA, mix(peer))), peer);
        }
    }

    @Benchmark
    public @Nullable Integer lookupV4() {
        return table.lookup(NETWORK | nextPeer() << 6 | 5);
    }

    @Benchmark
    public @Nullable Integer lookupV6() {
        return table.lookup(ULA, mix(nextPeer()));
    }

    @Benchmark
    public boolean insertAndRemove() {
        IpPrefix single = IpPrefix.of(IpAddress.v4(NETWORK | nextPeer() << 6 | 9));
        table.insert(single, 0);
        return table.remove(single, 0);
    }

    private int nextPeer() {
        next = next + 1 < peers ? next + 1 : 0;
        return next;
    }

    /// Addresses that are spread as hashes are.
    private static long mix(int peer) {
        return (peer + 1) * 0x9e3779b97f4a7c15L;
    }
}
