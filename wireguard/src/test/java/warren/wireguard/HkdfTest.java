// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

final class HkdfTest {
    private final Hkdf hkdf = new Hkdf();

    @Test
    void answersTheKnownVectors() {
        byte[][] out = new byte[4][32];
        for (Vectors.Vector vector : Vectors.read("kdf.txt")) {
            byte[] key = vector.bytes("key");
            byte[] input = vector.bytes("input");
            hkdf.hmac(key, input, out[0]);
            assertArrayEquals(vector.bytes("hmac"), out[0]);
            hkdf.kdf1(key, input, out[1]);
            assertArrayEquals(vector.bytes("first"), out[1]);
            hkdf.kdf2(key, input, out[1], out[2]);
            assertArrayEquals(vector.bytes("first"), out[1]);
            assertArrayEquals(vector.bytes("second"), out[2]);
            hkdf.kdf3(key, input, out[1], out[2], out[3]);
            assertArrayEquals(vector.bytes("first"), out[1]);
            assertArrayEquals(vector.bytes("second"), out[2]);
            assertArrayEquals(vector.bytes("third"), out[3]);
        }
    }

    @Test
    void advancesAKeyInPlace() {
        byte[] key = new byte[32];
        byte[] input = {1, 2, 3};
        byte[] expected = new byte[32];
        byte[] second = new byte[32];
        hkdf.kdf1(key, input, expected);
        hkdf.kdf2(key, input, key, second);
        assertArrayEquals(expected, key);
    }

    @Test
    void refusesAKeyLongerThanABlock() {
        assertThrows(
                IllegalArgumentException.class,
                () -> hkdf.hmac(new byte[65], new byte[0], new byte[32]));
    }
}
