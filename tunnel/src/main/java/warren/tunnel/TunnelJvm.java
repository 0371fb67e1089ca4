// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.util.List;

/// How the Java of a tunnel process is to be started: a small process that never grows. The
/// launcher gives these to `warren wireguard`, and a detaching process to the one it starts.
public final class TunnelJvm {
    /// - `UseSerialGC`: no collector threads; the packet path makes no garbage, control little.
    /// - `Xms8m`, `Xmx64m`: a thousand peers need a few megabytes; packets live outside the heap.
    /// - `Xss512k`: a few threads of flat calls.
    /// - `ReservedCodeCacheSize`: a small program.
    /// - `UsePerfData` off: no file in `/tmp` that outlives a kill.
    /// - `AOTCompileEagerly`: what the training run behind the AOT cache had the optimising
    /// compiler
    ///   compile need not first prove hot again: full speed after two seconds of traffic rather
    ///   than four. Without a cache it does nothing.
    public static final List<String> FLAGS =
            List.of(
                    "-XX:+UseSerialGC",
                    "-Xms8m",
                    "-Xmx64m",
                    "-Xss512k",
                    "-XX:ReservedCodeCacheSize=32m",
                    "-XX:-UsePerfData",
                    "-XX:+UnlockExperimentalVMOptions",
                    "-XX:+AOTCompileEagerly");

    private TunnelJvm() {}
}
