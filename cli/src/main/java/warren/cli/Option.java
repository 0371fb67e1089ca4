// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import org.jspecify.annotations.Nullable;

/// An option of a command. Immutable.
///
/// @param name as it is typed: `--netns`
/// @param value what stands for its value in the usage; null for a switch
/// @param help one line
/// @param required whether the command is wrong without it
record Option(String name, @Nullable String value, String help, boolean required) {
    static final Option JSON = flag("--json", "print JSON");
    static final Option NAME =
            valued("--name", "NAME", "what this node is called (default: the host's name)");
    static final Option ENDPOINT =
            valued(
                    "--endpoint",
                    "HOST[:PORT]",
                    "where other nodes reach it; may be repeated (default: its addresses)");

    static Option flag(String name, String help) {
        return new Option(name, null, help, false);
    }

    static Option valued(String name, String value, String help) {
        return new Option(name, value, help, false);
    }

    static Option required(String name, String value, String help) {
        return new Option(name, value, help, true);
    }

    /// The option as the usage shows it.
    String synopsis() {
        return value == null ? name : name + " " + value;
    }
}
