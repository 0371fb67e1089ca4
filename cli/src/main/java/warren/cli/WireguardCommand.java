// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `warren wireguard IFACE`: the userspace tunnel alone, called as `wireguard-go IFACE` is.
@Command(
        name = "wireguard",
        description = "Run a WireGuard interface in userspace, in place of wireguard-go.",
        mixinStandardHelpOptions = true)
final class WireguardCommand implements Callable<Integer> {
    private final Console console;

    @Option(
            names = {"-f", "--foreground"},
            description = "Stay in the foreground (default: return when the interface is up).")
    private boolean foreground;

    @Parameters(paramLabel = "IFACE", description = "The interface to make, as wg0.")
    private String name = "";

    WireguardCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        console.complain("not here yet: " + name + foreground);
        return Exit.FAILED;
    }
}
