// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.util.List;
import warren.control.Message;
import warren.control.PeerStatus;

/// `warren peers`: the other nodes, and how this one reaches them.
final class PeersCommand {
    static final Verb VERB =
            new Verb(
                    "peers",
                    "show the other nodes and how this one reaches them",
                    List.of(),
                    List.of(Option.JSON),
                    PeersCommand::run);

    private PeersCommand() {}

    private static int run(Words words, Console console) throws IOException {
        List<PeerStatus> peers = console.client().peers();
        if (words.has(Option.JSON)) {
            console.out().println(Message.jsonText(peers));
        } else {
            PeersText.print(peers, console.out());
        }
        return Exit.DONE;
    }
}
