// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.List;

/// `warren wireguard`: the userspace tunnel alone, called as `wireguard-go IFACE` is.
final class WireguardCommand {
    private static final Option FOREGROUND =
            Option.flag("--foreground", "stay (default: return when the interface is up)");

    static final Verb VERB =
            new Verb(
                    "wireguard",
                    "run a WireGuard interface in userspace, called as wireguard-go is",
                    List.of("IFACE"),
                    List.of(FOREGROUND),
                    WireguardCommand::run);

    private WireguardCommand() {}

    private static int run(Words words, Console console) throws IOException {
        if (words.has(FOREGROUND) || console != null) throw new IOException("not here yet");
        return Exit.DONE;
    }
}
