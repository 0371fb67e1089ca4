// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EpochsTest {
    private static final long HOUR = 3600 * GossipLayout.SECOND;

    private final Identity author = Nodes.identity(1);
    private final Identity evicted = Nodes.identity(2);
    private final Evictions evictions = new Evictions(Nodes.CLUSTER);
    private final Epochs epochs =
            new Epochs(
                    Nodes.CLUSTER,
                    List.of(new Epoch(Nodes.secret(1), null)),
                    new Epochs.Out() {
                        @Override
                        public boolean isOut(NodeId id) {
                            return evictions.isOut(id);
                        }

                        @Override
                        public long hash() {
                            return evictions.hash();
                        }
                    },
                    0);

    @Test
    void theNextNumberIsTaken() {
        assertEquals(Epochs.Offer.TAKEN, offer(2, 7, author));
        assertEquals(Epochs.Offer.SAME, offer(2, 7, author));
        assertEquals(2, epochs.newest().number());
        assertEquals(1, epochs.held().get(1).number());
    }

    @Test
    void ofTwoWithOneNumberAllChooseTheSame() {
        ClusterSecret one = secret(2, 7);
        ClusterSecret other = secret(2, 8);
        boolean first = Rotation.compare(2, one.commitment(), 2, other.commitment()) > 0;
        offer(2, 7, author);
        assertEquals(first ? Epochs.Offer.LOSES : Epochs.Offer.TAKEN, offer(2, 8, evicted));
        assertEquals(first ? one : other, epochs.newest().secret());
        assertNotEquals(one.tag(), other.tag());
    }

    @Test
    void aRotationThatIsNotGenuineIsNotTaken() {
        ClusterSecret secret = secret(2, 7);
        Rotation rotation = Rotation.sign(secret, Evictions.NONE, author, Nodes.CLUSTER);
        byte[] other = secret(2, 8).toBytes();
        assertEquals(Epochs.Offer.WRONG_SECRET, epochs.offer(rotation, other, true, 0));
        assertEquals(Epochs.Offer.NO_STANDING, epochs.offer(rotation, secret.toBytes(), false, 0));
        for (int at : new int[] {40, Rotation.LENGTH - 1}) { // what it covers; the signature
            byte[] bytes = rotation.toBytes();
            bytes[at] ^= 1;
            Rotation forged = Rotation.parse(bytes);
            Epochs.Offer offer = epochs.offer(forged, secret.toBytes(), true, 0);
            assertTrue(offer == Epochs.Offer.BAD_SIGNATURE || offer == Epochs.Offer.LOSES);
        }
        Rotation elsewhere = Rotation.sign(secret, Evictions.NONE, author, new ClusterId(9));
        assertEquals(
                Epochs.Offer.BAD_SIGNATURE, epochs.offer(elsewhere, secret.toBytes(), true, 0));
        assertEquals(1, epochs.newest().number());
    }

    @Test
    void nobodyCanUseUpTheNumbers() {
        assertEquals(Epochs.Offer.TOO_FAR, offer(2 + Epochs.MAX_AHEAD, 7, author));
        assertEquals(Epochs.Offer.TOO_FAR, offer(Integer.MAX_VALUE, 7, author));
        assertNull(Rotation.parse(rotation(-5, 7)));
        assertNull(Rotation.parse(rotation(1, 7)), "the first secret is nobody's rotation");
        assertEquals(Epochs.Offer.TAKEN, offer(1 + Epochs.MAX_AHEAD, 7, author));
    }

    @Test
    void theEpochOfAnEvictedAuthorGivesWayWhateverItsNumber() {
        offer(900, 7, evicted);
        assertEquals(900, epochs.newest().number());
        assertEquals(Epochs.Offer.LOSES, offer(2, 8, author));
        evict(evicted);
        assertEquals(Epochs.Offer.NO_STANDING, offer(950, 9, evicted));
        assertEquals(Epochs.Offer.TAKEN, offer(2, 8, author));
        assertEquals(2, epochs.newest().number());
        assertTrue(epochs.held().stream().anyMatch(epoch -> epoch.number() == 1));
    }

    @Test
    void whatCoversTheEvictionsKnownWinsOverALargerNumberThatDoesNot() {
        Identity stranger = Nodes.identity(3);
        offer(700, 7, stranger);
        evict(evicted);
        assertEquals(Epochs.Offer.TAKEN, offer(2, 8, author));
        assertEquals(2, epochs.newest().number());
    }

    @Test
    void anEpochThatHeldForLongIsNotForgottenForAnyNumberOfShortOnes() {
        for (int i = 2; i < 40; i++) {
            ClusterSecret secret = secret(i, i);
            Rotation rotation = Rotation.sign(secret, Evictions.NONE, evicted, Nodes.CLUSTER);
            epochs.offer(rotation, secret.toBytes(), true, HOUR + i);
        }
        assertEquals(39, epochs.newest().number());
        assertEquals(Epochs.KEPT, epochs.held().size());
        assertEquals(1, epochs.held().getLast().number());
    }

    @Test
    void theOldestIsForgottenWhenTwoLaterOnesHeld() {
        for (int i = 2; i < 9; i++) {
            ClusterSecret secret = secret(i, i);
            Rotation rotation = Rotation.sign(secret, Evictions.NONE, author, Nodes.CLUSTER);
            epochs.offer(rotation, secret.toBytes(), true, 2L * i * HOUR);
        }
        assertEquals(List.of(8, 7, 6), epochs.held().stream().map(Epoch::number).toList());
    }

    @Test
    void secretsAndStatementsSurviveTheDisk() {
        offer(2, 7, author);
        offer(3, 8, author);
        byte[] file = StateFiles.secrets(Nodes.CLUSTER, epochs.held());
        assertEquals(epochs.held(), StateFiles.parseSecrets(file).epochs());
        List<Eviction> some = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            some.add(Eviction.sign(new NodeId(0, i), "n" + i, 1, author, Nodes.CLUSTER));
        }
        assertEquals(some, StateFiles.parseEvictions(StateFiles.evictions(some)));
    }

    private void evict(Identity whom) {
        Eviction eviction = Eviction.sign(whom.id(), "x", 1, author, Nodes.CLUSTER);
        assertEquals(Evictions.Offer.TAKEN, evictions.offer(eviction, false, true));
    }

    private static ClusterSecret secret(int number, int seed) {
        return new ClusterSecret(number, Nodes.secret(seed).toBytes());
    }

    /// Covers what is evicted now.
    private Epochs.Offer offer(int number, int seed, Identity by) {
        ClusterSecret secret = secret(number, seed);
        Rotation rotation = Rotation.sign(secret, evictions.hash(), by, Nodes.CLUSTER);
        return epochs.offer(rotation, secret.toBytes(), true, 0);
    }

    private byte[] rotation(int number, int seed) {
        byte[] bytes =
                Rotation.sign(secret(2, seed), Evictions.NONE, author, Nodes.CLUSTER).toBytes();
        byte[] other = new WireWriter().u32(number).toBytes();
        System.arraycopy(other, 0, bytes, 0, other.length);
        return bytes;
    }
}
