// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import warren.cluster.ClusterId;
import warren.cluster.ClusterSecret;
import warren.cluster.DataPlane;
import warren.cluster.Identity;
import warren.cluster.NodeContent;
import warren.cluster.NodeRecord;
import warren.wireguard.PublicKey;

final class TunnelKeysTest {
    private static final ClusterId CLUSTER = new ClusterId(5);

    private final Random random = new Random(1);
    private final Identity self = Identity.generate(random);
    private final Identity peer = Identity.generate(random);
    private final ClusterSecret first = ClusterSecret.random(random);
    private final ClusterSecret second = new ClusterSecret(2, bytes(7));
    private final ClusterSecret rival = new ClusterSecret(2, bytes(8));
    private final TunnelKeys keys = new TunnelKeys(self, first);

    @Test
    void aPairChangesItsKeyWhenBothAnnounceTheNewSecret() {
        var before = keys.with(record(first), false, 0);
        keys.use(List.of(second, first));
        assertEquals(before, keys.with(record(first), false, 0), "the peer has it not yet");
        var after = keys.with(record(second, first), false, 0);
        assertNotEquals(before, after);
        TunnelKeys theirs = new TunnelKeys(peer, second);
        assertEquals(after, theirs.with(record(self, second), false, 0));
    }

    @Test
    void ofTwoSecretsWithOneNumberThePairUsesTheOneThatBothHold() {
        keys.use(List.of(second, rival, first));
        assertEquals(
                new TunnelKeys(self, rival).with(record(rival), false, 0),
                keys.with(record(rival, first), false, 0));
    }

    @Test
    void aQuietPeerOfAnOlderSecretIsTriedWithTheNewestInTurns() {
        keys.use(List.of(second, first));
        var older = keys.with(record(first), true, 0);
        var newest = keys.with(record(first), true, TunnelKeys.TURN_NANOS);
        assertNotEquals(older, newest);
        assertEquals(older, keys.with(record(first), true, 2 * TunnelKeys.TURN_NANOS));
        assertEquals(newest, keys.with(record(second, first), true, 0));
    }

    @Test
    void aQuietPeerThatAnnouncesTheNewestIsNeverTriedWithAnOlder() {
        keys.use(List.of(second, first));
        var newest = keys.with(record(second, first), false, 0);
        for (int turn = 0; turn < 6; turn++) {
            long now = turn * TunnelKeys.TURN_NANOS;
            assertEquals(newest, keys.with(record(second, first), true, now));
        }
    }

    private NodeRecord record(ClusterSecret... held) {
        return record(peer, held);
    }

    private static NodeRecord record(Identity identity, ClusterSecret... held) {
        NodeContent content =
                new NodeContent(
                        1,
                        1,
                        "n",
                        new PublicKey(bytes(1)),
                        null,
                        List.of(),
                        51821,
                        List.of(),
                        Set.of(DataPlane.USERSPACE),
                        Arrays.stream(held).map(ClusterSecret::tag).toList());
        return NodeRecord.sign(content, identity, CLUSTER);
    }

    private static byte[] bytes(int seed) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) seed);
        return bytes;
    }
}
