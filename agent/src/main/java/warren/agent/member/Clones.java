// SPDX-License-Identifier: Apache-2.0
package warren.agent.member;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import warren.cluster.NodeId;

/// Tells identities that two machines use, as after a disk was copied. Each start of an agent draws
/// an instance id, so a restart brings a new one; where records of an instance come back after
/// those of another, both run. Confined to the gossip loop; bounded by the number of nodes.
final class Clones {
    /// How long after its last sign a clone is spoken of. While both run each is outrun by the
    /// other within seconds.
    private static final long REMEMBERED_NANOS = TimeUnit.MINUTES.toNanos(5);

    private record Instances(long last, long before) {}

    private final Map<NodeId, Instances> instances = new HashMap<>();
    private final Map<NodeId, Long> found = new HashMap<>();

    /// A newer record of `node` is of this instance.
    void heard(NodeId node, long instance, long nowNanos) {
        Instances known = instances.get(node);
        if (known == null) {
            instances.put(node, new Instances(instance, instance));
        } else if (known.last != instance) {
            if (known.before == instance) {
                found(node, nowNanos);
            }
            instances.put(node, new Instances(instance, known.last));
        }
    }

    void found(NodeId node, long nowNanos) {
        found.put(node, nowNanos);
    }

    void forget(NodeId node) {
        instances.remove(node);
        found.remove(node);
    }

    Set<NodeId> present(long nowNanos) {
        found.values().removeIf(seen -> nowNanos - seen > REMEMBERED_NANOS);
        return new HashSet<>(found.keySet());
    }
}
