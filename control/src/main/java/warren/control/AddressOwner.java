// SPDX-License-Identifier: Apache-2.0
package warren.control;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// One node's part of the overlay network.
///
/// @param name what it calls itself
/// @param id its id in hex
/// @param state `self`, `alive`, `suspect` or `dead`
/// @param prefixes its blocks and single addresses, in order
/// @param asked single addresses it has asked for and nobody has granted yet
/// @param lost what it claims and another node, with the better right, owns
public record AddressOwner(
        String name,
        String id,
        String state,
        List<AddressPrefix> prefixes,
        List<String> asked,
        List<String> lost)
        implements Message {
    public AddressOwner {
        prefixes = List.copyOf(prefixes);
        asked = List.copyOf(asked);
        lost = List.copyOf(lost);
    }

    @Override
    public ObjectNode tree() {
        ObjectNode tree = Fields.object().put("name", name).put("id", id).put("state", state);
        ArrayNode all = tree.putArray("prefixes");
        prefixes.forEach(prefix -> all.add(prefix.tree()));
        tree.set("asked", Fields.array(asked));
        tree.set("lost", Fields.array(lost));
        return tree;
    }

    static AddressOwner read(Fields fields) throws MalformedJsonException {
        List<AddressPrefix> prefixes = new ArrayList<>();
        for (Fields prefix : fields.objects("prefixes")) {
            prefixes.add(AddressPrefix.read(prefix));
        }
        return new AddressOwner(
                fields.text("name"),
                fields.text("id"),
                fields.text("state"),
                prefixes,
                fields.texts("asked"),
                fields.texts("lost"));
    }
}
