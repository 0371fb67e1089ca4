// SPDX-License-Identifier: Apache-2.0
package warren.agent.store;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import warren.cluster.ClusterDescriptor;
import warren.cluster.ClusterId;
import warren.cluster.ClusterSecret;
import warren.cluster.DataPlane;
import warren.cluster.HostPort;
import warren.cluster.Identity;
import warren.cluster.KnownNode;
import warren.cluster.NodeContent;
import warren.cluster.NodeRecord;
import warren.cluster.OverlayNetwork;
import warren.wireguard.PrivateKey;
import warren.wireguard.X25519;

/// Nodes made from a seed: the same seed is the same node.
public final class TestNodes {
    public static final ClusterId CLUSTER = new ClusterId(0x1122334455L);

    public static final ClusterDescriptor DESCRIPTOR =
            new ClusterDescriptor(CLUSTER, "test", OverlayNetwork.DEFAULT, 1);

    private TestNodes() {}

    public static ClusterSecret secret() {
        byte[] bytes = new byte[ClusterSecret.LENGTH];
        Arrays.fill(bytes, (byte) 42);
        return new ClusterSecret(1, bytes);
    }

    public static SavedNode node(String name, int seed, NodeRecord... others) {
        Random random = new Random(seed);
        Identity identity = Identity.generate(random);
        byte[] key = new byte[32];
        random.nextBytes(key);
        PrivateKey tunnelKey = new PrivateKey(key);
        NodeContent content =
                new NodeContent(
                        1,
                        seed,
                        name,
                        new X25519().publicKey(tunnelKey),
                        null,
                        List.of(HostPort.parse("192.0.2." + seed, 51820)),
                        51821,
                        List.of(),
                        Set.of(DataPlane.USERSPACE),
                        List.of(1));
        return new SavedNode(
                identity,
                tunnelKey,
                List.of(secret()),
                new NodeSettings(name, List.of(), List.of(HostPort.parse("seed.example", 51821))),
                DESCRIPTOR,
                NodeRecord.sign(content, identity, CLUSTER),
                Stream.of(others).map(KnownNode::unheard).toList());
    }

    /// Saves a node whole, in the order in which one is made.
    public static void save(NodeFiles files, SavedNode node) throws IOException {
        files.saveKeys(
                node.identity(),
                node.tunnelKey(),
                node.cluster().id(),
                node.secrets(),
                node.settings());
        files.saveRecords(node.cluster(), node.own(), node.others());
    }
}
