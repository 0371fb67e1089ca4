// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import warren.linux.Processes;
import warren.linux.crypto.IpsecMb;
import warren.wireguard.Aead;
import warren.wireguard.JceAead;
import warren.wireguard.PacketBatch;

/// The backends in libraries against the JDK's cipher, which the vectors of RFC 8439 pin, and
/// against each other. Needs libcrypto and, as root on x86, libIPSec_MB: without them these tests
/// fail.
class NativeAeadTest {
    private static final int STRIDE = 4096;
    private static final int PACKETS = 8;

    private static List<Aead> backends() {
        boolean expected =
                IpsecMb.load().isPresent()
                        || (System.getProperty("os.arch").equals("amd64")
                                && Processes.effectiveUserId() == 0);
        return expected
                ? List.of(AeadChoice.choose("libcrypto"), AeadChoice.choose("ipsec-mb"))
                : List.of(AeadChoice.choose("libcrypto"));
    }

    @Test
    void eachSealsWhatTheOthersOpen() {
        long seed = new Random().nextLong();
        List<Aead> all = new ArrayList<>(backends());
        all.add(new JceAead());
        for (int round = 0; round < 50; round++) {
            for (Aead sealing : all) {
                for (Aead opening : all) {
                    String what = sealing.name() + " to " + opening.name() + ", seed " + seed;
                    exchange(sealing, opening, new Random(seed + round), what);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void refusesWhatWasChangedOrIsShorterThanATag(Aead aead) {
        try (Arena arena = Arena.ofConfined();
                Aead.Key key = aead.key(new byte[32])) {
            PacketBatch batch = batch(arena, new Random(1));
            key.seal(batch, 0, PACKETS);
            for (int i = 0; i < PACKETS; i++) {
                int last = batch.offset[i] + batch.length[i] - 1;
                byte flipped = (byte) (batch.memory.get(ValueLayout.JAVA_BYTE, last) ^ 1);
                batch.memory.set(ValueLayout.JAVA_BYTE, last, flipped);
            }
            batch.length[3] = Aead.TAG_LENGTH - 1;
            key.open(batch, 0, PACKETS);
            for (int i = 0; i < PACKETS; i++) {
                assertFalse(batch.authentic[i]);
            }
        }
    }

    /// A packet that was changed harms no other of its batch.
    @ParameterizedTest
    @MethodSource("backends")
    void opensTheNeighboursOfWhatItRefuses(Aead aead) {
        try (Arena arena = Arena.ofConfined();
                Aead.Key key = aead.key(new byte[32])) {
            PacketBatch batch = batch(arena, new Random(2));
            key.seal(batch, 0, PACKETS);
            byte flipped = (byte) (batch.memory.get(ValueLayout.JAVA_BYTE, batch.offset[2]) ^ 1);
            batch.memory.set(ValueLayout.JAVA_BYTE, batch.offset[2], flipped);
            batch.counter[4]++;
            batch.length[6] = 0;
            key.open(batch, 0, PACKETS);
            for (int i = 0; i < PACKETS; i++) {
                assertEquals(i != 2 && i != 4 && i != 6, batch.authentic[i], "packet " + i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aWipedKeyIsRefused(Aead aead) {
        try (Arena arena = Arena.ofConfined()) {
            PacketBatch batch = batch(arena, new Random(3));
            Aead.Key key = aead.key(new byte[32]);
            key.close();
            key.close();
            assertThrows(IllegalStateException.class, () -> key.seal(batch, 0, PACKETS));
            assertThrows(IllegalStateException.class, () -> key.open(batch, 0, PACKETS));
        }
    }

    /// A trial decides for the cheaper of two that agree, never for one that computes otherwise.
    @Test
    void theTrialNoticesABackendThatComputesWrongly() {
        Aead right = new JceAead();
        assertEquals(AeadTrial.Outcome.DISAGREE, AeadTrial.compare(new OtherKeyAead(), right));
        assertEquals(AeadTrial.Outcome.DISAGREE, AeadTrial.compare(right, new OtherKeyAead()));
        assertNotEquals(AeadTrial.Outcome.DISAGREE, AeadTrial.compare(right, right));
    }

    /// Right in itself, but under another key than it was given.
    private static final class OtherKeyAead implements Aead {
        @Override
        public String name() {
            return "other-key";
        }

        @Override
        public Key key(byte[] key) {
            byte[] other = key.clone();
            other[0] ^= 1;
            return new JceAead().key(other);
        }
    }

    @Test
    void theKnobForcesABackendAndRefusesNonsense() {
        assertEquals("jce", AeadChoice.choose("jce").name());
        assertEquals("libcrypto", AeadChoice.choose("libcrypto").name());
        assertTrue(List.of("libcrypto", "ipsec-mb").contains(AeadChoice.choose(null).name()));
        assertThrows(IllegalArgumentException.class, () -> AeadChoice.choose("rot13"));
    }

    private static void exchange(Aead sealing, Aead opening, Random random, String seed) {
        byte[] key = new byte[32];
        random.nextBytes(key);
        try (Arena arena = Arena.ofConfined();
                Aead.Key sealer = sealing.key(key);
                Aead.Key opener = opening.key(key)) {
            PacketBatch batch = batch(arena, random);
            byte[][] plain = new byte[PACKETS][];
            for (int i = 0; i < PACKETS; i++) {
                plain[i] = content(batch, i);
            }
            sealer.seal(batch, 0, PACKETS);
            opener.open(batch, 0, PACKETS);
            for (int i = 0; i < PACKETS; i++) {
                assertTrue(batch.authentic[i], seed);
                assertArrayEquals(plain[i], content(batch, i), seed);
            }
        }
    }

    private static PacketBatch batch(Arena arena, Random random) {
        PacketBatch batch = new PacketBatch(arena.allocate((long) PACKETS * STRIDE), PACKETS);
        batch.count = PACKETS;
        for (int i = 0; i < PACKETS; i++) {
            batch.offset[i] = i * STRIDE + 16;
            batch.length[i] = random.nextInt(2000);
            batch.counter[i] = random.nextLong();
            for (int at = 0; at < batch.length[i]; at++) {
                batch.memory.set(
                        ValueLayout.JAVA_BYTE, batch.offset[i] + at, (byte) random.nextInt());
            }
        }
        return batch;
    }

    private static byte[] content(PacketBatch batch, int i) {
        return batch.memory
                .asSlice(batch.offset[i], batch.length[i])
                .toArray(ValueLayout.JAVA_BYTE);
    }
}
