// SPDX-License-Identifier: Apache-2.0
package warren.agent.member;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import warren.agent.store.NodeFiles;
import warren.agent.store.NodeSettings;
import warren.agent.store.SavedNode;
import warren.agent.store.StateDirectory;
import warren.agent.store.TestNodes;
import warren.cluster.ClusterDescriptor;
import warren.cluster.ClusterId;
import warren.cluster.ClusterSecret;
import warren.cluster.DataPlane;
import warren.cluster.Identity;
import warren.cluster.KnownNode;
import warren.cluster.MemberState;
import warren.cluster.NodeContent;
import warren.cluster.NodeId;
import warren.cluster.NodeRecord;
import warren.cluster.OverlayNetwork;
import warren.wireguard.IpAddress;
import warren.wireguard.PrivateKey;
import warren.wireguard.PublicKey;

/// What the loop makes of records of its own node that it did not sign, over real files and
/// without a socket: the node address is on no link.
class GossipLoopTest {
    private static final ClusterId CLUSTER = new ClusterId(0x1122334455L);
    private static final long OUR_INSTANCE = 1;
    private static final long FOREIGN_INSTANCE = 2;

    @TempDir Path directory;

    private final Random random = new Random(3);
    private final Identity identity = Identity.generate(random);
    private final Listener listener = new Listener();
    private List<KnownNode> others = List.of();
    private GossipLoop gossip;

    @BeforeEach
    void start() throws IOException {
        gossip = loop();
        gossip.start();
    }

    private GossipLoop loop() throws IOException {
        ClusterSecret secret = ClusterSecret.random(random);
        SavedNode node =
                new SavedNode(
                        identity,
                        new PrivateKey(bytes()),
                        List.of(secret),
                        new NodeSettings("n", List.of(), List.of()),
                        new ClusterDescriptor(CLUSTER, "c", OverlayNetwork.DEFAULT, 1),
                        record(1, OUR_INSTANCE),
                        others);
        NodeFiles files = new NodeFiles(StateDirectory.open(directory));
        TestNodes.save(files, node);
        return new GossipLoop(node, files, 51821, listener, random);
    }

    @AfterEach
    void stop() throws InterruptedException {
        gossip.stop();
    }

    @Test
    void aStartFromOldStateIsNoCloneHoweverManyTellOfTheNewerRecord() throws IOException {
        KnownNode newer = ours(7);
        gossip.learn(Collections.nCopies(5, newer));
        assertTrue(gossip.recordAbove(0).sequence() > 7);
        assertEquals(Set.of(), gossip.clones());
    }

    @Test
    void oneNewerRecordAfterTheOtherIsAClone() throws IOException {
        for (long sequence : new long[] {10, 20, 30}) {
            gossip.learn(List.of(ours(sequence)));
            assertTrue(gossip.recordAbove(0).sequence() > sequence);
        }
        assertEquals(Set.of(identity.id()), gossip.clones());
    }

    @Test
    void aNumberThatCannotBeCountedOnFromIsNotBelieved() throws IOException {
        assertThrows(IOException.class, () -> gossip.recordAbove(Long.MAX_VALUE));
        assertThrows(IOException.class, () -> gossip.recordAbove(Long.MAX_VALUE - 1));
        assertEquals(9, gossip.recordAbove(8).sequence());
    }

    @Test
    void whoIsKnownFromDiskIsInTheViewFromTheStart() throws IOException, InterruptedException {
        others =
                IntStream.range(0, 100)
                        .mapToObj(_ -> record(Identity.generate(random), 1, OUR_INSTANCE))
                        .map(KnownNode::unheard)
                        .toList();
        GossipLoop resumed = loop();
        resumed.start();
        int seen = resumed.view().members().size();
        resumed.stop();
        assertEquals(100, seen);
    }

    @Test
    void whoLeftHasStillLeftAfterARestart() throws IOException, InterruptedException {
        NodeRecord gone = record(Identity.generate(random), 4, FOREIGN_INSTANCE);
        NodeRecord dead = record(Identity.generate(random), 4, FOREIGN_INSTANCE);
        others =
                List.of(
                        new KnownNode(gone, MemberState.LEFT, 3),
                        new KnownNode(dead, MemberState.DEAD, 3));
        GossipLoop resumed = loop();
        resumed.start();
        resumed.stop();
        NodeFiles files = new NodeFiles(StateDirectory.open(directory));
        List<KnownNode> saved = Objects.requireNonNull(files.load()).others();
        assertTrue(saved.contains(new KnownNode(gone, MemberState.LEFT, 3)), saved::toString);
        assertEquals(2, saved.size());
        resumed = loop();
        resumed.start();
        resumed.learn(List.of(new KnownNode(gone, MemberState.DEAD, 3)));
        boolean stays =
                resumed.view().members().stream()
                        .anyMatch(
                                member ->
                                        member.id().equals(gone.id())
                                                && member.state() == MemberState.LEFT);
        resumed.stop();
        assertTrue(stays, "hearsay of the same life does not bring it back");
    }

    @Test
    void anotherNodeWhoseInstancesTakeTurnsIsACloneAndOneThatRestartsIsNot() throws IOException {
        Identity restarting = Identity.generate(random);
        Identity cloned = Identity.generate(random);
        for (int i = 1; i <= 4; i++) {
            gossip.learn(List.of(KnownNode.unheard(record(restarting, i, 100 + i))));
            gossip.learn(List.of(KnownNode.unheard(record(cloned, i, 100 + i % 2))));
        }
        assertEquals(Set.of(cloned.id()), gossip.clones());
    }

    private KnownNode ours(long sequence) {
        return new KnownNode(record(sequence, FOREIGN_INSTANCE), MemberState.ALIVE, 1);
    }

    private NodeRecord record(long sequence, long instance) {
        return record(identity, sequence, instance);
    }

    private static NodeRecord record(Identity identity, long sequence, long instance) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) 5);
        NodeContent content =
                new NodeContent(
                        sequence,
                        instance,
                        "n",
                        new PublicKey(key),
                        null,
                        List.of(),
                        51821,
                        List.of(),
                        Set.of(DataPlane.USERSPACE),
                        List.of(1));
        return NodeRecord.sign(content, identity, CLUSTER);
    }

    private byte[] bytes() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return bytes;
    }

    private static final class Listener implements MemberListener {
        @Override
        public void membersChanged() {}

        @Override
        public void foreignRecord(long instance) {}

        @Override
        public void recoveryDue(@Nullable NodeRecord target) {}

        @Override
        public void installed(NodeId newcomer, IpAddress source) {}
    }
}
