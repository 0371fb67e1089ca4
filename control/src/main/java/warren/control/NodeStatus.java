// SPDX-License-Identifier: Apache-2.0
package warren.control;

import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// This node, as `warren status` shows it.
///
/// @param name what the node calls itself
/// @param id the node's id in hex
/// @param address its address in the tunnel
/// @param publicKey its WireGuard key in base64
/// @param tunnel `kernel` or `userspace`
/// @param blocks the prefixes of the overlay network it owns
/// @param endpoints where others are told to reach it
public record NodeStatus(
        String name,
        String id,
        String address,
        String publicKey,
        String tunnel,
        List<String> blocks,
        List<String> endpoints)
        implements Message {
    public NodeStatus {
        blocks = List.copyOf(blocks);
        endpoints = List.copyOf(endpoints);
    }

    @Override
    public ObjectNode tree() {
        ObjectNode tree =
                Fields.object()
                        .put("name", name)
                        .put("id", id)
                        .put("address", address)
                        .put("publicKey", publicKey)
                        .put("tunnel", tunnel);
        tree.set("blocks", Fields.array(blocks));
        tree.set("endpoints", Fields.array(endpoints));
        return tree;
    }

    static NodeStatus read(Fields fields) throws MalformedJsonException {
        return new NodeStatus(
                fields.text("name"),
                fields.text("id"),
                fields.text("address"),
                fields.text("publicKey"),
                fields.text("tunnel"),
                fields.texts("blocks"),
                fields.texts("endpoints"));
    }
}
