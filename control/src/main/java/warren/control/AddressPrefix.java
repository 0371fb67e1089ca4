// SPDX-License-Identifier: Apache-2.0
package warren.control;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// A block, or a single address, of the overlay network.
///
/// @param ipv4 in CIDR notation
/// @param ipv6 the prefix beside it
/// @param size how many IPv4 addresses it has
/// @param inUse how many of them are given out; null for other nodes', who alone know
public record AddressPrefix(String ipv4, String ipv6, long size, @Nullable Long inUse)
        implements Message {
    @Override
    public ObjectNode tree() {
        return Fields.object()
                .put("ipv4", ipv4)
                .put("ipv6", ipv6)
                .put("size", size)
                .put("inUse", inUse);
    }

    static AddressPrefix read(Fields fields) throws MalformedJsonException {
        return new AddressPrefix(
                fields.text("ipv4"),
                fields.text("ipv6"),
                fields.number("size"),
                fields.optionalNumber("inUse"));
    }
}
