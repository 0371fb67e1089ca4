// SPDX-License-Identifier: Apache-2.0
package warren.control;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// `warren init`: make this node the first of a new cluster.
///
/// @param name what the node calls itself; the host's name where null
/// @param network the overlay network in CIDR notation; `10.100.0.0/16` where null
/// @param endpoints `HOST[:PORT]` where other nodes reach this one; the host's own addresses where
/// empty
public record InitRequest(@Nullable String name, @Nullable String network, List<String> endpoints)
        implements Message {
    public InitRequest {
        endpoints = List.copyOf(endpoints);
    }

    @Override
    public ObjectNode tree() {
        ObjectNode tree = Fields.object().put("name", name).put("network", network);
        tree.set("endpoints", Fields.array(endpoints));
        return tree;
    }

    public static InitRequest parse(byte[] json) throws MalformedJsonException {
        Fields fields = Fields.parse(json);
        return new InitRequest(
                fields.optionalText("name"),
                fields.optionalText("network"),
                fields.texts("endpoints"));
    }
}
