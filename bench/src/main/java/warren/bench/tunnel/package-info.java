// SPDX-License-Identifier: Apache-2.0

/// `./dev bench tunnel`: `warren wireguard` beside other tunnels, in network namespaces of its own.
/// [TunnelBenchmark] is the program, [Round] measures all contenders once, [Pair] one of
/// them, [Figure] is the list of what that gives, [ManyPeers] the part with hundreds of peers.
/// Ratios are formed within a
/// round, because what the machine does beside us changes from round to round.
@NullMarked
package warren.bench.tunnel;

import org.jspecify.annotations.NullMarked;
