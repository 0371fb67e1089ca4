// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class X25519Test {
    private final X25519 x25519 = new X25519();
    private final byte[] shared = new byte[32];

    @Test
    void answersTheKnownVectors() {
        for (Vectors.Vector vector : Vectors.read("x25519.txt")) {
            assertTrue(x25519.agree(vector.bytes("private"), vector.bytes("public"), shared));
            assertArrayEquals(vector.bytes("shared"), shared);
        }
    }

    @Test
    void reachesTheIteratedValuesOfRfc7748Section52() {
        byte[] k = new byte[32];
        k[0] = 9;
        byte[] u = k.clone();
        for (int i = 1; i <= 1000; i++) {
            assertTrue(x25519.agree(k, u, shared));
            u = k;
            k = shared.clone();
            if (i == 1) {
                assertEquals(
                        "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079",
                        HexFormat.of().formatHex(k));
            }
        }
        assertEquals(
                "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51",
                HexFormat.of().formatHex(k));
    }

    @Test
    void derivesThePublicKeyOfAPrivateOne() {
        PrivateKey alice =
                PrivateKey.ofHex(
                        "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
        assertEquals(
                "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
                x25519.publicKey(alice).toHex());
    }

    /// The points of order 1, 2, 4 and 8 and their non-canonical twins, as listed for contributory
    /// behaviour at cr.yp.to/ecdh.html.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000000",
                "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "0000000000000000000000000000000000000000000000000000000000000080"
            })
    void refusesPublicKeysOfSmallOrder(String point) {
        byte[] privateKey = new byte[32];
        privateKey[5] = 77;
        byte[] untouched = shared.clone();
        assertFalse(x25519.agree(privateKey, HexFormat.of().parseHex(point), shared));
        assertArrayEquals(untouched, shared);
    }

    @Test
    void ignoresTheUnusedTopBit() {
        byte[] privateKey = new byte[32];
        privateKey[3] = 9;
        byte[] point = new byte[32];
        x25519.publicKey(privateKey, point);
        x25519.agree(privateKey, point, shared);
        byte[] expected = shared.clone();
        point[31] |= (byte) 0x80;
        x25519.agree(privateKey, point, shared);
        assertArrayEquals(expected, shared);
    }

    @Test
    void worksAgainAfterARefusal() {
        assertFalse(x25519.agree(new byte[32], new byte[32], shared));
        answersTheKnownVectors();
    }
}
