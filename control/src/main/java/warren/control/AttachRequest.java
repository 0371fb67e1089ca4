// SPDX-License-Identifier: Apache-2.0
package warren.control;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// `warren attach`: give a container an interface on the overlay network.
///
/// @param name the container's name, unique on its node
/// @param netns path of its network namespace, as the agent sees it
/// @param address the address it asks for; one of the node's block where null
public record AttachRequest(String name, String netns, @Nullable String address)
        implements Message {
    @Override
    public ObjectNode tree() {
        return Fields.object().put("name", name).put("netns", netns).put("address", address);
    }

    public static AttachRequest parse(byte[] json) throws MalformedJsonException {
        Fields fields = Fields.parse(json);
        return new AttachRequest(
                fields.text("name"), fields.text("netns"), fields.optionalText("address"));
    }
}
