// SPDX-License-Identifier: Apache-2.0
package warren.control;

import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A request or an answer of the agent's API. Every one is an immutable record that knows its JSON.
public sealed interface Message
        permits InitRequest,
                JoinRequest,
                AttachRequest,
                DetachRequest,
                EvictRequest,
                EvictedNode,
                LeaveRequest,
                SecretStatus,
                Membership,
                Token,
                Status,
                NodeStatus,
                ContainerStatus,
                PeerStatus,
                AddressReport,
                AddressOwner,
                AddressPrefix,
                AddressConflict,
                Attachment,
                Problem {

    /// This record as a JSON object, its fields in the order that `docs/api.md` gives.
    ObjectNode tree();

    /// This record as UTF-8 JSON.
    default byte[] json() {
        return Fields.write(tree());
    }

    /// This record as JSON text, the form that `--json` prints.
    default String jsonText() {
        return new String(json(), StandardCharsets.UTF_8);
    }

    /// Several records as one JSON array.
    static byte[] json(List<? extends Message> messages) {
        return Fields.write(array(messages));
    }

    /// Several records as the text of one JSON array.
    static String jsonText(List<? extends Message> messages) {
        return new String(json(messages), StandardCharsets.UTF_8);
    }

    private static ArrayNode array(List<? extends Message> messages) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        messages.forEach(message -> array.add(message.tree()));
        return array;
    }
}
