// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.nio.file.Path;
import java.util.Optional;

/// Something that carries IP packets between two places.
interface Contender {
    String name();

    /// What exactly runs, for the report.
    String version();

    /// Starts both ends, whose `eth0` are joined, and returns once both are configured.
    ///
    /// @param family of the addresses, outside as inside
    /// @param logs a folder for what the programs print
    Tunnel open(Place left, Place right, Family family, Path logs) throws BenchmarkException;

    /// An open tunnel; it ends with its places.
    ///
    /// @param target the right end's address inside, which the left one can reach
    /// @param ends the processes that carry; empty where the kernel alone does
    record Tunnel(String target, Optional<Ends> ends) {}

    /// @param left process id of the left end's program as this JVM counts, likewise `right`
    record Ends(long left, long right) {}
}
