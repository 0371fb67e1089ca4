// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What a node says of itself when it enters a cluster.
final class NodeOptions {
    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The name of this node (default: the host's).")
    @Nullable String name;

    @Option(
            names = "--endpoint",
            paramLabel = "HOST[:PORT]",
            description = "Where other nodes reach this one (default: the host's addresses).")
    List<String> endpoints = List.of();
}
