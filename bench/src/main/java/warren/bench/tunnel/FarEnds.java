// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import warren.tunnel.WireguardProcess;

/// A program that is many `warren wireguard` at once: devices `wg0`, `wg1`, ... in one process, so
/// that hundreds of far ends do not cost hundreds of processes. Runs until it is killed.
final class FarEnds {
    private FarEnds() {}

    /// @param words the number of the first device, and how many
    public static void main(String[] words) {
        int first = Integer.parseInt(words[0]);
        int end = first + Integer.parseInt(words[1]);
        for (int i = first; i < end; i++) {
            String[] call = {"-f", "wg" + i};
            Thread.ofPlatform()
                    .name("far-end-" + i)
                    .start(() -> WireguardProcess.run(call, System.out, System.err));
        }
    }
}
