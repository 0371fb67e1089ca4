// SPDX-License-Identifier: Apache-2.0
package warren.control;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// One other node, as `warren peers` shows it.
///
/// @param name what it calls itself
/// @param id its id in hex
/// @param address its address in the tunnel
/// @param publicKey its WireGuard key in base64
/// @param state `alive`, `suspect`, `dead` or `left`
/// @param path `direct`, `relay`, `vxlan` or `none`
/// @param endpoint where WireGuard sends to now; null while it knows none
/// @param lastHandshakeSeconds age of the newest handshake; null where there was none
/// @param rxBytes bytes received from it, encrypted, as `wg show` counts them
/// @param txBytes bytes sent to it, likewise
/// @param mtu the largest packet that the tunnel carries to it
/// @param blocks the prefixes of the overlay network it owns
public record PeerStatus(
        String name,
        String id,
        String address,
        String publicKey,
        String state,
        String path,
        @Nullable String endpoint,
        @Nullable Long lastHandshakeSeconds,
        long rxBytes,
        long txBytes,
        int mtu,
        List<String> blocks)
        implements Message {
    public PeerStatus {
        blocks = List.copyOf(blocks);
    }

    @Override
    public ObjectNode tree() {
        ObjectNode tree =
                Fields.object()
                        .put("name", name)
                        .put("id", id)
                        .put("address", address)
                        .put("publicKey", publicKey)
                        .put("state", state)
                        .put("path", path)
                        .put("endpoint", endpoint)
                        .put("lastHandshakeSeconds", lastHandshakeSeconds)
                        .put("rxBytes", rxBytes)
                        .put("txBytes", txBytes)
                        .put("mtu", mtu);
        tree.set("blocks", Fields.array(blocks));
        return tree;
    }

    public static List<PeerStatus> parseList(byte[] json) throws MalformedJsonException {
        List<PeerStatus> peers = new ArrayList<>();
        for (Fields fields : Fields.parseList(json)) {
            peers.add(read(fields));
        }
        return List.copyOf(peers);
    }

    private static PeerStatus read(Fields fields) throws MalformedJsonException {
        return new PeerStatus(
                fields.text("name"),
                fields.text("id"),
                fields.text("address"),
                fields.text("publicKey"),
                fields.text("state"),
                fields.text("path"),
                fields.optionalText("endpoint"),
                fields.optionalNumber("lastHandshakeSeconds"),
                fields.number("rxBytes"),
                fields.number("txBytes"),
                fields.smallNumber("mtu"),
                fields.texts("blocks"));
    }
}
