// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import picocli.CommandLine.Option;

/// `--json`: the answer for a program instead of a person.
final class JsonOption {
    @Option(names = "--json", description = "Print JSON.")
    boolean wanted;
}
