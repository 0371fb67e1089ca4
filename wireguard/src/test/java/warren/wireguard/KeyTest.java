// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KeyTest {
    private static final String BASE64 = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";

    @Test
    void readsAndWritesBase64AndHexAsWgDoes() {
        Random random = new Random(1);
        byte[] bytes = new byte[32];
        for (int i = 0; i < 1000; i++) {
            random.nextBytes(bytes);
            PublicKey key = new PublicKey(bytes);
            assertEquals(key, PublicKey.ofBase64(key.toBase64()));
            assertEquals(key, PublicKey.ofHex(key.toHex()));
            assertArrayEquals(bytes, key.toBytes());
        }
        assertEquals(BASE64, PublicKey.ofBase64(BASE64).toBase64());
        assertEquals("c809f3e5317e9575", PublicKey.ofBase64(BASE64).toHex().substring(0, 16));
    }

    /// The last character before the padding carries two unused bits, which must be zero: `h` and
    /// `j` decode to the same byte in a lenient decoder.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk",
                "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBml=",
                "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk= ",
                " yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk",
                "yAnz5TF-lXXJte14tji3zlMNq-hd2rYUIgJBgB3fBmk=",
                "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBm==",
                "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmkA",
                "yAnz5TF+lXXJte14tji3zl\nNq+hd2rYUIgJBgB3fBmk=",
                "AAAA"
            })
    void refusesBase64ThatIsNotExactlyAKey(String text) {
        assertThrows(IllegalArgumentException.class, () -> PublicKey.ofBase64(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "0x00000000000000000000000000000000000000000000000000000000000000",
                "000000000000000000000000000000000000000000000000000000000000000",
                "00000000000000000000000000000000000000000000000000000000000000000",
                "000000000000000000000000000000000000000000000000000000000000000g",
                "000000000000000000000000000000000000000000000000000000000000000 "
            })
    void refusesHexThatIsNotExactlyAKey(String text) {
        assertThrows(IllegalArgumentException.class, () -> PublicKey.ofHex(text));
    }

    @Test
    void doesNotRepeatASecretInAnError() {
        String typo = BASE64.replace('=', '!');
        var base64 = assertThrows(IllegalArgumentException.class, () -> PrivateKey.ofBase64(typo));
        assertFalse(base64.toString().contains("yAnz5"));
        var hex =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> PresharedKey.ofHex("abcdef".repeat(10) + "zzzz"));
        assertFalse(hex.toString().contains("abcdef"));
    }

    @Test
    void clampsPrivateKeysButNotTheAbsentOne() {
        byte[] ones = new byte[32];
        Arrays.fill(ones, (byte) 0xff);
        byte[] clamped = new PrivateKey(ones).toBytes();
        assertEquals((byte) 0xf8, clamped[0]);
        assertEquals((byte) 0x7f, clamped[31]);
        assertEquals((byte) 0xff, ones[0]);
        assertTrue(new PrivateKey(new byte[32]).isZero());
    }

    @Test
    void secretsDoNotPrintAndAreGoneWhenDestroyed() {
        PrivateKey key = PrivateKey.ofBase64(BASE64);
        PresharedKey shared = PresharedKey.ofBase64(BASE64);
        assertEquals("PrivateKey(redacted)", key.toString());
        assertEquals("PresharedKey(redacted)", shared.toString());
        key.destroy();
        shared.destroy();
        assertTrue(key.isDestroyed() && key.isZero());
        assertTrue(shared.isDestroyed() && shared.equals(PresharedKey.none()));
    }

    @Test
    void keysOfDifferentKindsAreNeverEqual() {
        byte[] bytes = new byte[32];
        assertNotEquals(new PublicKey(bytes), (Object) PresharedKey.none());
        assertEquals(new PublicKey(bytes), new PublicKey(bytes));
        assertEquals(new PublicKey(bytes).hashCode(), new PublicKey(bytes).hashCode());
    }

    @Test
    void anArrayHandedOutOrInDoesNotReachTheKey() {
        byte[] bytes = new byte[32];
        PublicKey key = new PublicKey(bytes);
        bytes[0] = 1;
        key.toBytes()[1] = 1;
        assertTrue(key.isZero());
        assertThrows(IllegalArgumentException.class, () -> new PublicKey(new byte[31]));
    }
}
