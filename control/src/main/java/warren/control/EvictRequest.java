// SPDX-License-Identifier: Apache-2.0
package warren.control;

import tools.jackson.databind.node.ObjectNode;

/// `warren evict`: put a node out of the cluster for ever.
///
/// @param node its name, its id, or the beginning of its id
public record EvictRequest(String node) implements Message {
    @Override
    public ObjectNode tree() {
        return Fields.object().put("node", node);
    }

    public static EvictRequest parse(byte[] json) throws MalformedJsonException {
        return new EvictRequest(Fields.parse(json).text("node"));
    }
}
