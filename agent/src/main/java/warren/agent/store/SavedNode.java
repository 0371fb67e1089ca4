// SPDX-License-Identifier: Apache-2.0
package warren.agent.store;

import java.util.List;
import warren.cluster.ClusterDescriptor;
import warren.cluster.ClusterSecret;
import warren.cluster.Identity;
import warren.cluster.KnownNode;
import warren.cluster.NodeRecord;
import warren.wireguard.PrivateKey;

/// Everything that makes a machine this node of this cluster. Immutable, apart from the secrets,
/// which live as long as the agent.
///
/// @param secrets the epochs held, newest first
/// @param own the last record published
/// @param others the last records known of the others, and what was known of them
public record SavedNode(
        Identity identity,
        PrivateKey tunnelKey,
        List<ClusterSecret> secrets,
        NodeSettings settings,
        ClusterDescriptor cluster,
        NodeRecord own,
        List<KnownNode> others) {
    public SavedNode {
        secrets = List.copyOf(secrets);
        others = List.copyOf(others);
    }

    public SavedNode withOwn(NodeRecord record) {
        return new SavedNode(identity, tunnelKey, secrets, settings, cluster, record, others);
    }
}
