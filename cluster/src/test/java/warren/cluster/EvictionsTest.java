// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class EvictionsTest {
    private final Identity a = Nodes.identity(1);
    private final Identity b = Nodes.identity(2);
    private final Identity x = Nodes.identity(3);
    private final Evictions evictions = new Evictions(Nodes.CLUSTER);

    @Test
    void twoThatHoldTheSameHaveTheSameHash() {
        Evictions other = new Evictions(Nodes.CLUSTER);
        evictions.offer(eviction(x, a), false, true);
        evictions.offer(eviction(b, a), false, true);
        other.offer(eviction(b, a), false, true);
        assertTrue(evictions.hash() != other.hash());
        other.offer(eviction(x, a), false, true);
        assertEquals(evictions.hash(), other.hash());
        assertTrue(evictions.isOut(x.id()) && evictions.isOut(b.id()));
    }

    @Test
    void anEvictedNodeEvictsNobodyWhateverEpochItWrites() {
        evictions.offer(eviction(x, a), false, true);
        for (int epoch : new int[] {1, 2, 1_000_000}) {
            Eviction revenge = Eviction.sign(b.id(), "b", epoch, x, Nodes.CLUSTER);
            assertEquals(Evictions.Offer.NO_STANDING, evictions.offer(revenge, false, true));
        }
        assertFalse(evictions.isOut(b.id()));
    }

    @Test
    void twoThatEvictEachOtherAreBothOutInAnyOrder() {
        Evictions other = new Evictions(Nodes.CLUSTER);
        evictions.offer(eviction(x, a), false, true);
        evictions.offer(eviction(a, x), false, true);
        other.offer(eviction(a, x), false, true);
        other.offer(eviction(x, a), false, true);
        assertTrue(evictions.isOut(x.id()) && evictions.isOut(a.id()));
        assertEquals(evictions.hash(), other.hash());
    }

    @Test
    void whatAnEvictedNodeSaidBeforeItWasKnownToBeIsDropped() {
        evictions.offer(eviction(b, x), false, true);
        assertTrue(evictions.isOut(b.id()));
        evictions.offer(eviction(x, a), false, true);
        assertFalse(evictions.isOut(b.id()));
        assertEquals(1, evictions.all().size());
    }

    @Test
    void whatARotationCoveredStaysWhenItsAuthorIsEvictedLater() {
        evictions.offer(eviction(x, a), false, true);
        evictions.confirm();
        evictions.offer(eviction(a, b), false, true);
        assertTrue(evictions.isOut(x.id()));
        evictions.offer(eviction(b, x), false, true);
        assertFalse(evictions.isOut(b.id()), "x is evicted by a and not by b");
    }

    @Test
    void aForgedOrUnknownAuthorsStatementIsNotTaken() {
        Eviction genuine = eviction(x, a);
        for (int i = 0; i < genuine.toBytes().length; i++) {
            byte[] bytes = genuine.toBytes();
            bytes[i] ^= 1;
            Eviction forged = Eviction.parse(bytes);
            if (forged != null) {
                assertEquals(Evictions.Offer.BAD_SIGNATURE, evictions.offer(forged, true, true));
            }
        }
        assertEquals(Evictions.Offer.NO_STANDING, evictions.offer(genuine, false, false));
        assertEquals(Evictions.NONE, evictions.hash());
    }

    @Test
    void oneMemberCannotFillTheSet() {
        int taken = 0;
        for (int i = 0; i < 600; i++) {
            Eviction one = Eviction.sign(new NodeId(2, i), "n", 1, x, Nodes.CLUSTER);
            taken += evictions.offer(one, false, true) == Evictions.Offer.TAKEN ? 1 : 0;
        }
        assertEquals(512, taken);
        assertEquals(Evictions.Offer.TAKEN, evictions.offer(eviction(x, a), false, true));
        assertEquals(1, evictions.all().size(), "and what it filled goes with it");
    }

    @Test
    void bytesFromStrangersNeverThrow() {
        Random random = new Random(4);
        byte[] valid = eviction(x, a).toBytes();
        for (int i = 0; i < 5000; i++) {
            byte[] bytes = random.nextBoolean() ? valid.clone() : new byte[random.nextInt(200)];
            for (int j = 0; j < bytes.length; j += 1 + random.nextInt(20)) {
                bytes[j] = (byte) random.nextInt();
            }
            Eviction eviction = Eviction.parse(bytes);
            if (eviction != null) {
                assertEquals(eviction, Eviction.parse(eviction.toBytes()));
            }
        }
        assertNull(Eviction.parse(new byte[0]));
        assertNull(Rotation.parse(new byte[3]));
        Eviction self = Eviction.sign(a.id(), "a", 1, a, Nodes.CLUSTER);
        assertNull(Eviction.parse(self.toBytes()), "nobody evicts itself");
    }

    private static Eviction eviction(Identity whom, Identity by) {
        return Eviction.sign(whom.id(), "n", 1, by, Nodes.CLUSTER);
    }
}
