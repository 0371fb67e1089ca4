// SPDX-License-Identifier: Apache-2.0
package warren.control;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Which cluster secret holds, and how far it has come; never the secret itself.
///
/// @param epoch its number: 1 for the first, one more with each rotation
/// @param alive how many nodes are alive, this one included
/// @param waiting nodes that have not said yet that they hold it
/// @param evicted nodes that were evicted, ever
public record SecretStatus(int epoch, int alive, List<Waiting> waiting, List<EvictedNode> evicted)
        implements Message {
    /// A node that does not hold the newest secret, as far as is known.
    ///
    /// @param alive whether it can be told; others receive it when they return
    public record Waiting(String name, String id, boolean alive) {}

    public SecretStatus {
        waiting = List.copyOf(waiting);
        evicted = List.copyOf(evicted);
    }

    /// How many nodes that are alive hold it.
    public int ready() {
        return alive - (int) waiting.stream().filter(Waiting::alive).count();
    }

    /// Whether every node that is alive holds it.
    public boolean isDone() {
        return ready() == alive;
    }

    @Override
    public ObjectNode tree() {
        ObjectNode tree = Fields.object().put("epoch", epoch).put("alive", alive);
        tree.put("ready", ready());
        ArrayNode behind = tree.putArray("waiting");
        for (Waiting each : waiting) {
            behind.addObject()
                    .put("name", each.name())
                    .put("id", each.id())
                    .put("alive", each.alive());
        }
        ArrayNode out = tree.putArray("evicted");
        evicted.forEach(each -> out.add(each.tree()));
        return tree;
    }

    public static SecretStatus parse(byte[] json) throws MalformedJsonException {
        return read(Fields.parse(json));
    }

    static SecretStatus read(Fields fields) throws MalformedJsonException {
        List<Waiting> waiting = new ArrayList<>();
        for (Fields each : fields.objects("waiting")) {
            waiting.add(new Waiting(each.text("name"), each.text("id"), each.flag("alive")));
        }
        List<EvictedNode> evicted = new ArrayList<>();
        for (Fields each : fields.objects("evicted")) {
            evicted.add(EvictedNode.read(each));
        }
        return new SecretStatus(
                fields.smallNumber("epoch"), fields.smallNumber("alive"), waiting, evicted);
    }
}
