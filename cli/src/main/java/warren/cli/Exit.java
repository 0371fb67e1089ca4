// SPDX-License-Identifier: Apache-2.0
package warren.cli;

/// The exit codes of every command; part of the contract with scripts.
final class Exit {
    static final int DONE = 0;

    /// Refused or failed; one line on stderr says why.
    static final int FAILED = 1;

    /// The command line itself was wrong.
    static final int USAGE = 2;

    /// What a shell makes of Ctrl-C: 128 and SIGINT's number.
    static final int INTERRUPTED = 130;

    private Exit() {}
}
