// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.List;
import warren.agent.Agent;
import warren.agent.AgentConfig;

/// `warren agent`: this node's daemon, in the foreground. Only here are the agent's classes loaded.
final class AgentCommand {
    private static final int MAX_PORT = 65_535;

    private static final Option INTERFACE =
            Option.valued("--interface", "IFACE", "the tunnel's interface (default: wg0)");
    private static final Option PORT =
            Option.valued("--port", "PORT", "WireGuard's UDP port (default: 51820)");
    private static final Option VERBOSE =
            Option.flag("--verbose", "log what is only of interest when something is wrong");

    static final Verb VERB =
            new Verb(
                    "agent",
                    "run this node's daemon in the foreground",
                    List.of(),
                    List.of(INTERFACE, PORT, VERBOSE),
                    AgentCommand::run);

    private AgentCommand() {}

    private static int run(Words words, Console console) throws IOException, UsageException {
        AgentConfig config = AgentConfig.load(AgentConfig.FILE);
        String link = words.value(INTERFACE);
        if (link != null) {
            config = config.withInterface(link);
        }
        config = config.withTunnelPort(words.number(PORT, config.tunnelPort(), 1, MAX_PORT));
        try {
            Agent.run(config, words.has(VERBOSE));
            return Exit.DONE;
        } catch (InterruptedException _) {
            console.complain("interrupted");
            return Exit.FAILED;
        }
    }
}
