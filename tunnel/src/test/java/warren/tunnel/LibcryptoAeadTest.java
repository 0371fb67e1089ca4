// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import warren.wireguard.Aead;
import warren.wireguard.JceAead;
import warren.wireguard.PacketBatch;

/// libcrypto against the JDK's cipher, which the vectors of RFC 8439 pin.
class LibcryptoAeadTest {
    private static final int STRIDE = 4096;
    private static final int PACKETS = 8;

    private final Aead libcrypto = AeadChoice.choose("libcrypto");

    @Test
    void sealsWhatTheJdkOpensAndTheOtherWayRound() {
        long seed = new Random().nextLong();
        for (int round = 0; round < 50; round++) {
            exchange(libcrypto, new JceAead(), new Random(seed + round), "seed " + seed);
            exchange(new JceAead(), libcrypto, new Random(seed + round), "seed " + seed);
        }
    }

    @Test
    void refusesWhatWasChangedOrIsShorterThanATag() {
        try (Arena arena = Arena.ofConfined();
                Aead.Key key = libcrypto.key(new byte[32])) {
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

    @Test
    void theKnobForcesABackendAndRefusesNonsense() {
        assertEquals("jce", AeadChoice.choose("jce").name());
        assertEquals("libcrypto", AeadChoice.choose(null).name());
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
