// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import warren.control.Message;
import warren.control.PeerStatus;

/// `warren peers`: the other nodes, and how this one reaches them.
@Command(
        name = "peers",
        description = "Show the other nodes and how this one reaches them.",
        mixinStandardHelpOptions = true)
final class PeersCommand implements Callable<Integer> {
    private final Console console;

    @Mixin private JsonOption json = new JsonOption();

    PeersCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        List<PeerStatus> peers = console.client().peers();
        if (json.wanted) {
            console.out().println(Message.jsonText(peers));
        } else {
            PeersText.print(peers, console.out());
        }
        return Exit.DONE;
    }
}
