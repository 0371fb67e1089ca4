// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class ChaCha20Poly1305Test {
    private static final byte[] NOTHING = {};

    private final byte[] key = new byte[32];

    @Test
    void answersTheVectorsOfRfc8439() {
        for (Vectors.Vector vector : Vectors.read("chacha20poly1305.txt")) {
            long counter = ByteBuffer.wrap(vector.bytes("counter")).getLong();
            byte[] k = vector.bytes("key");
            byte[] additional = vector.bytes("additional");
            byte[] plaintext = vector.bytes("plaintext");
            byte[] sealed = vector.bytes("sealed");
            assertArrayEquals(sealed, ChaCha20Poly1305.seal(k, counter, plaintext, additional));
            assertArrayEquals(plaintext, ChaCha20Poly1305.open(k, counter, sealed, additional));
        }
    }

    @Test
    void answersTheVectorsOfTheXchachaDraft() {
        for (Vectors.Vector vector : Vectors.read("xchacha20poly1305.txt")) {
            byte[] k = vector.bytes("key");
            byte[] nonce = vector.bytes("nonce");
            byte[] additional = vector.bytes("additional");
            byte[] plaintext = vector.bytes("plaintext");
            byte[] sealed = vector.bytes("sealed");
            assertArrayEquals(
                    sealed, ChaCha20Poly1305.sealExtended(k, nonce, plaintext, additional));
            assertArrayEquals(
                    plaintext, ChaCha20Poly1305.openExtended(k, nonce, sealed, additional));
        }
    }

    @Test
    void hchachaAnswersTheVectorOfTheDraft() {
        for (Vectors.Vector vector : Vectors.read("hchacha20.txt")) {
            assertArrayEquals(
                    vector.bytes("subkey"),
                    HChaCha20.subkey(vector.bytes("key"), vector.bytes("nonce")));
        }
    }

    @Test
    void refusesEveryFlippedBit() {
        byte[] additional = {1, 2, 3};
        byte[] sealed = ChaCha20Poly1305.seal(key, 7, new byte[20], additional);
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            byte[] flipped = sealed.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertNull(ChaCha20Poly1305.open(key, 7, flipped, additional), "bit " + bit);
        }
        assertNull(ChaCha20Poly1305.open(key, 8, sealed, additional));
        assertNull(ChaCha20Poly1305.open(key, 7, sealed, NOTHING));
    }

    @Test
    void answersInputShorterThanATagWithNull() {
        for (int length = 0; length < 16; length++) {
            assertNull(ChaCha20Poly1305.open(key, 0, new byte[length], NOTHING));
            assertNull(ChaCha20Poly1305.openExtended(key, new byte[24], new byte[length], NOTHING));
        }
    }

    @Test
    void refusesKeysAndNoncesOfTheWrongSize() {
        assertThrows(
                IllegalArgumentException.class,
                () -> ChaCha20Poly1305.seal(new byte[31], 0, NOTHING, NOTHING));
        assertThrows(
                IllegalArgumentException.class,
                () -> ChaCha20Poly1305.sealExtended(key, new byte[12], NOTHING, NOTHING));
    }
}
