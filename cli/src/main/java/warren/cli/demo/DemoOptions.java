// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import java.nio.file.Path;

/// What was asked for on the command line. Immutable.
///
/// @param nodes how many nodes
/// @param keep whether to leave them running until told to stop
/// @param json whether the result is for a program: then the narration goes to stderr
/// @param launcher the installed `warren`
public record DemoOptions(int nodes, boolean keep, boolean json, Path launcher) {
    public static final int MIN_NODES = 2;

    /// Each is two JVMs: more do not fit an ordinary machine.
    public static final int MAX_NODES = 20;
}
