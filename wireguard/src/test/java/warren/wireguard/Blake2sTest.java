// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class Blake2sTest {
    private final Blake2s hash = new Blake2s();

    @Test
    void answersTheKnownVectors() {
        for (Vectors.Vector vector : Vectors.read("blake2s.txt")) {
            byte[] expected = vector.bytes("output");
            if (vector.has("key")) {
                hash.beginKeyed(expected.length, vector.bytes("key"));
            } else {
                hash.begin(expected.length);
            }
            assertArrayEquals(expected, hash.update(vector.bytes("input")).finish());
        }
    }

    @Test
    void passesTheSelfTestOfRfc7693AppendixE() {
        Blake2s all = new Blake2s().begin(32);
        for (int outputLength : new int[] {16, 20, 28, 32}) {
            for (int inputLength : new int[] {0, 3, 64, 65, 255, 1024}) {
                byte[] input = sequence(inputLength);
                all.update(hash.begin(outputLength).update(input).finish());
                byte[] key = sequence(outputLength);
                all.update(hash.beginKeyed(outputLength, key).update(input).finish());
            }
        }
        assertEquals(
                "6a411f08ce25adcdfb02aba641451cec53c598b24f4fc787fbdc88797f4c1dfe",
                HexFormat.of().formatHex(all.finish()));
    }

    @Test
    void doesNotMindHowTheInputIsCut() {
        byte[] input = sequence(300);
        byte[] whole = hash.begin(32).update(input).finish();
        for (int cut = 0; cut <= 300; cut++) {
            hash.begin(32).update(input, 0, cut).update(input, cut, 300 - cut);
            assertArrayEquals(whole, hash.finish());
        }
        hash.begin(32);
        for (byte b : input) {
            hash.update(b);
        }
        assertArrayEquals(whole, hash.finish());
    }

    @Test
    void writesTheResultOverItsInput() {
        byte[] input = sequence(40);
        byte[] expected = hash.begin(32).update(input).finish();
        hash.begin(32).update(input).finish(input, 8);
        assertArrayEquals(expected, Arrays.copyOfRange(input, 8, 40));
    }

    @Test
    void refusesSizesThatBlake2sDoesNotHave() {
        assertThrows(IllegalArgumentException.class, () -> hash.begin(0));
        assertThrows(IllegalArgumentException.class, () -> hash.begin(33));
        assertThrows(IllegalArgumentException.class, () -> hash.beginKeyed(16, new byte[0]));
        assertThrows(IllegalArgumentException.class, () -> hash.beginKeyed(16, new byte[33]));
    }

    /// The deterministic input of RFC 7693 appendix E; its seed is its length.
    private static byte[] sequence(int length) {
        int a = 0xDEAD4BAD * length;
        int b = 1;
        byte[] output = new byte[length];
        for (int i = 0; i < length; i++) {
            int t = a + b;
            a = b;
            b = t;
            output[i] = (byte) (t >>> 24);
        }
        return output;
    }
}
