// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where an agent keeps things and which ports it uses. Immutable. The defaults are right for one
/// node a machine; `/etc/warren/agent.conf` changes them, and options of `warren agent` change
/// that.
///
/// @param stateDirectory keys, records and allocations; survives reboots
/// @param runDirectory the agent's own socket and lock
/// @param tunnelDirectory where the userspace device has its UAPI socket
/// @param interfaceName the tunnel's interface (`interface`)
/// @param tunnelPort UDP port of WireGuard on the underlay (`port`)
/// @param joinPort TCP port of the join exchange on the underlay (`join-port`); the same on every
///     node of a cluster, unless tokens and endpoints say otherwise
/// @param gossipPort UDP port of gossip, inside the tunnel (`gossip-port`); the same on every node
public record AgentConfig(
        Path stateDirectory,
        Path runDirectory,
        Path tunnelDirectory,
        String interfaceName,
        int tunnelPort,
        int joinPort,
        int gossipPort) {
    /// The documented file for where defaults do not fit.
    public static final Path FILE = Path.of("/etc/warren/agent.conf");

    public static final String DEFAULT_INTERFACE = "wg0";
    public static final int DEFAULT_TUNNEL_PORT = 51820;
    public static final int DEFAULT_JOIN_PORT = 51821;
    public static final int DEFAULT_GOSSIP_PORT = 51821;

    public static AgentConfig standard() {
        return new AgentConfig(
                Path.of("/var/lib/warren"),
                Path.of("/run/warren"),
                Path.of("/run/wireguard"),
                DEFAULT_INTERFACE,
                DEFAULT_TUNNEL_PORT,
                DEFAULT_JOIN_PORT,
                DEFAULT_GOSSIP_PORT);
    }

    /// The standard configuration with what the file says, where there is one.
    ///
    /// @throws IOException naming every line of the file that is wrong
    public static AgentConfig load(Path file) throws IOException {
        if (!Files.exists(file)) {
            return standard();
        }
        return parse(file.toString(), Files.readAllLines(file));
    }

    static AgentConfig parse(String file, List<String> lines) throws IOException {
        AgentConfig config = standard();
        List<String> problems = new ArrayList<>();
        int number = 0;
        for (String line : lines) {
            number++;
            String text = line.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            AgentConfig changed = config.with(text);
            if (changed == null) {
                problems.add("line " + number + ": " + text);
            } else {
                config = changed;
            }
        }
        if (!problems.isEmpty()) {
            throw new IOException(file + ": not understood: " + String.join(", ", problems));
        }
        return config;
    }

    private @Nullable AgentConfig with(String line) {
        int equals = line.indexOf('=');
        if (equals < 0) {
            return null;
        }
        String value = line.substring(equals + 1).strip();
        return switch (line.substring(0, equals).strip()) {
            case "interface" -> isInterfaceName(value) ? withInterface(value) : null;
            case "port" -> port(value) > 0 ? withTunnelPort(port(value)) : null;
            case "join-port" -> port(value) > 0 ? withJoinPort(port(value)) : null;
            case "gossip-port" -> port(value) > 0 ? withGossipPort(port(value)) : null;
            default -> null;
        };
    }

    public AgentConfig withInterface(String name) {
        return new AgentConfig(
                stateDirectory,
                runDirectory,
                tunnelDirectory,
                name,
                tunnelPort,
                joinPort,
                gossipPort);
    }

    public AgentConfig withTunnelPort(int port) {
        return new AgentConfig(
                stateDirectory,
                runDirectory,
                tunnelDirectory,
                interfaceName,
                port,
                joinPort,
                gossipPort);
    }

    public AgentConfig withJoinPort(int port) {
        return new AgentConfig(
                stateDirectory,
                runDirectory,
                tunnelDirectory,
                interfaceName,
                tunnelPort,
                port,
                gossipPort);
    }

    private AgentConfig withGossipPort(int port) {
        return new AgentConfig(
                stateDirectory,
                runDirectory,
                tunnelDirectory,
                interfaceName,
                tunnelPort,
                joinPort,
                port);
    }

    public Path socket() {
        return runDirectory.resolve("agent.sock");
    }

    /// A name that the kernel takes for an interface, kept to characters that need no quoting.
    private static boolean isInterfaceName(String text) {
        return text.matches("[A-Za-z][A-Za-z0-9_.-]{0,14}");
    }

    /// 1 to 65535, or 0 where the text is no port.
    private static int port(String text) {
        if (!text.matches("[0-9]{1,5}")) {
            return 0;
        }
        int port = Integer.parseInt(text);
        return port <= 65535 ? port : 0;
    }
}
