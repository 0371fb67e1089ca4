// SPDX-License-Identifier: Apache-2.0
package warren.control;

import tools.jackson.databind.node.ObjectNode;

/// A node that was evicted.
///
/// @param name as it was known
/// @param id its id in hex
public record EvictedNode(String name, String id) implements Message {
    @Override
    public ObjectNode tree() {
        return Fields.object().put("name", name).put("id", id);
    }

    public static EvictedNode parse(byte[] json) throws MalformedJsonException {
        return read(Fields.parse(json));
    }

    static EvictedNode read(Fields fields) throws MalformedJsonException {
        return new EvictedNode(fields.text("name"), fields.text("id"));
    }
}
