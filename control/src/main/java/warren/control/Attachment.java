// SPDX-License-Identifier: Apache-2.0
package warren.control;

import tools.jackson.databind.node.ObjectNode;

/// What `warren attach` answers.
///
/// @param name the container's name
/// @param address its address, without a prefix length: it is a `/32`
/// @param gateway the link-local address that the host answers for
/// @param mtu the MTU of its interface
public record Attachment(String name, String address, String gateway, int mtu) implements Message {
    @Override
    public ObjectNode tree() {
        return Fields.object()
                .put("name", name)
                .put("address", address)
                .put("gateway", gateway)
                .put("mtu", mtu);
    }

    public static Attachment parse(byte[] json) throws MalformedJsonException {
        Fields fields = Fields.parse(json);
        return new Attachment(
                fields.text("name"),
                fields.text("address"),
                fields.text("gateway"),
                fields.smallNumber("mtu"));
    }
}
