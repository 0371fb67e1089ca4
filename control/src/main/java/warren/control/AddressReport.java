// SPDX-License-Identifier: Apache-2.0
package warren.control;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What `warren addresses` shows: who owns what of the overlay network.
///
/// @param network the IPv4 network in CIDR notation
/// @param network6 the prefix in which all container IPv6 addresses lie
/// @param size how many IPv4 addresses the network has
/// @param claimed how many of them belong to some node
/// @param owners every node that has not left, this one first
/// @param conflicts containers of this node that are cut off, another node having their address
public record AddressReport(
        String network,
        String network6,
        long size,
        long claimed,
        List<AddressOwner> owners,
        List<AddressConflict> conflicts)
        implements Message {
    public AddressReport {
        owners = List.copyOf(owners);
        conflicts = List.copyOf(conflicts);
    }

    @Override
    public ObjectNode tree() {
        ObjectNode tree =
                Fields.object()
                        .put("network", network)
                        .put("network6", network6)
                        .put("size", size)
                        .put("claimed", claimed)
                        .put("free", size - claimed);
        ArrayNode all = tree.putArray("owners");
        owners.forEach(owner -> all.add(owner.tree()));
        ArrayNode quarrels = tree.putArray("conflicts");
        conflicts.forEach(conflict -> quarrels.add(conflict.tree()));
        return tree;
    }

    public static AddressReport parse(byte[] json) throws MalformedJsonException {
        Fields fields = Fields.parse(json);
        List<AddressOwner> owners = new ArrayList<>();
        for (Fields owner : fields.objects("owners")) {
            owners.add(AddressOwner.read(owner));
        }
        List<AddressConflict> conflicts = new ArrayList<>();
        for (Fields conflict : fields.objects("conflicts")) {
            conflicts.add(AddressConflict.read(conflict));
        }
        return new AddressReport(
                fields.text("network"),
                fields.text("network6"),
                fields.number("size"),
                fields.number("claimed"),
                owners,
                conflicts);
    }
}
