// SPDX-License-Identifier: Apache-2.0
package warren.control;

import tools.jackson.databind.node.ObjectNode;

/// One attached container, as `warren status` shows it.
///
/// @param name the name it was attached under
/// @param address its address, without a prefix length
public record ContainerStatus(String name, String address) implements Message {
    @Override
    public ObjectNode tree() {
        return Fields.object().put("name", name).put("address", address);
    }

    static ContainerStatus read(Fields fields) throws MalformedJsonException {
        return new ContainerStatus(fields.text("name"), fields.text("address"));
    }
}
