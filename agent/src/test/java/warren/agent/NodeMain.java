// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.io.IOException;
import java.util.Arrays;
import warren.tunnel.WireguardProcess;

/// The `warren` of this module's tests: the agent and the tunnel it starts, without the command
/// line around them.
public final class NodeMain {
    private NodeMain() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        switch (arguments[0]) {
            case "agent" -> Agent.run(AgentConfig.load(AgentConfig.FILE), true);
            case "wireguard" ->
                    System.exit(
                            WireguardProcess.run(
                                    Arrays.copyOfRange(arguments, 1, arguments.length),
                                    System.out,
                                    System.err));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }
}
