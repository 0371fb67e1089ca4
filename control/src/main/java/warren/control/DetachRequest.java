// SPDX-License-Identifier: Apache-2.0
package warren.control;

import tools.jackson.databind.node.ObjectNode;

/// `warren detach`: take a container's interface and address back. Done twice, it is done.
///
/// @param name the name the container was attached under
public record DetachRequest(String name) implements Message {
    @Override
    public ObjectNode tree() {
        return Fields.object().put("name", name);
    }

    public static DetachRequest parse(byte[] json) throws MalformedJsonException {
        return new DetachRequest(Fields.parse(json).text("name"));
    }
}
