// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.io.IOException;

/// `warren agent`: the node's daemon. Runs until it is told to stop (SIGTERM or Ctrl-C); then it
/// leaves the tunnel, the routes and the containers as they are, so that traffic goes on.
public final class Agent {
    private Agent() {}

    /// Runs the agent on the calling thread until the process is told to end.
    ///
    /// @param verbose whether to log what an operator needs only when something is wrong
    /// @throws IOException where it cannot start; the message is the one line to print
    public static void run(AgentConfig config, boolean verbose)
            throws IOException, InterruptedException {
        Logs.configure(verbose);
        throw new IOException("not yet: " + config.socket());
    }
}
