// SPDX-License-Identifier: Apache-2.0
package warren.control;

import tools.jackson.databind.node.ObjectNode;

/// What `init` and `join` answer: who this node now is.
///
/// @param cluster the cluster's id in hex
/// @param network the overlay network in CIDR notation
/// @param name what the node calls itself
/// @param id the node's id in hex
/// @param address the node's address in the tunnel
public record Membership(String cluster, String network, String name, String id, String address)
        implements Message {
    @Override
    public ObjectNode tree() {
        return Fields.object()
                .put("cluster", cluster)
                .put("network", network)
                .put("name", name)
                .put("id", id)
                .put("address", address);
    }

    public static Membership parse(byte[] json) throws MalformedJsonException {
        Fields fields = Fields.parse(json);
        return new Membership(
                fields.text("cluster"),
                fields.text("network"),
                fields.text("name"),
                fields.text("id"),
                fields.text("address"));
    }
}
