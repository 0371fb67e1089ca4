// SPDX-License-Identifier: Apache-2.0
package warren.control;

import tools.jackson.databind.node.ObjectNode;

/// A container of this node that is cut off because another node has its address too, by the
/// better right.
///
/// @param container its name on this node
/// @param address its IPv4 address
/// @param winner the name of the node that keeps the address
/// @param winnerId that node's id in hex
public record AddressConflict(String container, String address, String winner, String winnerId)
        implements Message {
    @Override
    public ObjectNode tree() {
        return Fields.object()
                .put("container", container)
                .put("address", address)
                .put("winner", winner)
                .put("winnerId", winnerId);
    }

    static AddressConflict read(Fields fields) throws MalformedJsonException {
        return new AddressConflict(
                fields.text("container"),
                fields.text("address"),
                fields.text("winner"),
                fields.text("winnerId"));
    }
}
