// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.util.List;
import warren.tunnel.WireguardProcess;

/// `warren wireguard IFACE`: the userspace tunnel alone. It must answer exactly as `wireguard-go`
/// does, so the tunnel parses its words itself; only here are its classes loaded.
final class WireguardCommand {
    private static final Option FOREGROUND =
            Option.flag("-f", "or --foreground: stay (default: return when the interface is up)");

    static final Verb VERB =
            new Verb(
                    "wireguard",
                    "run a WireGuard interface in userspace, called as wireguard-go is",
                    List.of("IFACE"),
                    List.of(FOREGROUND),
                    WireguardCommand::never);

    private WireguardCommand() {}

    static int run(Console console, List<String> arguments) {
        return WireguardProcess.run(arguments.toArray(String[]::new), console.out(), console.err());
    }

    private static int never(Words words, Console console) {
        throw new IllegalStateException("the tunnel parses its own words");
    }
}
