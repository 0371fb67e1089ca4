// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.Objects;
import java.util.function.Supplier;
import warren.control.ControlClient;

/// What a command talks to: three streams, and the node's agent. Tests put their own in its place.
///
/// @param in where a token is read from
/// @param out what was asked for, nothing else
/// @param err progress, and the one line that says why a command failed
/// @param agent the agent's API; asked for only by the commands that need it
record Console(InputStream in, PrintStream out, PrintStream err, Supplier<ControlClient> agent) {

    static Console ofProcess() {
        return new Console(System.in, System.out, System.err, ControlClient::local);
    }

    /// Whether a person can be asked.
    boolean isTerminal() {
        return in == System.in && Objects.requireNonNull(System.console()).isTerminal();
    }

    ControlClient client() {
        return agent.get();
    }

    /// The exit code of a command that is done, once its output has arrived: a token that a full
    /// disk swallowed is no success.
    int finish(int code) {
        if (code == Exit.DONE && out.checkError()) {
            complain("the output could not be written");
            return Exit.FAILED;
        }
        return code;
    }

    /// The one line that goes with [Exit#FAILED].
    void complain(String why) {
        err.println("warren: " + why.lines().findFirst().orElse("failed"));
    }
}
