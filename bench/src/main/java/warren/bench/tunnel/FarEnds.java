// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import warren.tunnel.WireguardProcess;

/// A program that is many `warren wireguard` at once: devices `wg0`, `wg1`, ... in one process, so
/// that hundreds of far ends do not cost hundreds of processes. Runs until it is killed.
final class FarEnds {
    private FarEnds() {}

    /// @param words the number of devices
    public static void main(String[] words) {
        int count = Integer.parseInt(words[0]);
        for (int i = 0; i < count; i++) {
            String[] call = {"-f", "wg" + i};
            Thread.ofPlatform()
                    .name("far-end-" + i)
                    .start(() -> WireguardProcess.run(call, System.out, System.err));
        }
    }
}
