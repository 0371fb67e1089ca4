// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.PrintStream;
import java.util.List;
import warren.control.PeerStatus;

/// `warren peers` for a person.
final class PeersText {
    /// Enough to tell the nodes of a cluster apart; `--json` has the whole id.
    private static final int SHORT_ID = 8;

    private PeersText() {}

    static void print(List<PeerStatus> peers, PrintStream out) {
        if (peers.isEmpty()) {
            out.println("No other node: this one is alone.");
            return;
        }
        Table table =
                new Table(
                        "NAME",
                        "ID",
                        "STATE",
                        "PATH",
                        "ENDPOINT",
                        ">HANDSHAKE",
                        ">RECEIVED",
                        ">SENT",
                        ">MTU",
                        "BLOCKS");
        for (PeerStatus peer : peers) {
            String endpoint = peer.endpoint();
            table.add(
                    peer.name(),
                    peer.id().substring(0, Math.min(SHORT_ID, peer.id().length())),
                    peer.state(),
                    peer.path(),
                    endpoint == null ? "-" : endpoint,
                    Quantity.age(peer.lastHandshakeSeconds()),
                    Quantity.bytes(peer.rxBytes()),
                    Quantity.bytes(peer.txBytes()),
                    String.valueOf(peer.mtu()),
                    peer.blocks().isEmpty() ? "-" : String.join(" ", peer.blocks()));
        }
        table.print(out);
    }
}
