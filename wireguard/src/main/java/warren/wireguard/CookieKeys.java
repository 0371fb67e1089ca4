// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.util.Arrays;

/// The keyed hashes behind mac1, mac2 and cookies. Whitepaper section 5.4.4 and 5.4.7.
final class CookieKeys {
    // Specification: the two labels. Append only.
    private static final byte[] LABEL_MAC1 = "mac1----".getBytes(US_ASCII);
    private static final byte[] LABEL_COOKIE = "cookie--".getBytes(US_ASCII);

    private CookieKeys() {}

    /// Keys mac1 of messages to the owner of `receiver`: a stranger who knows no public key of ours
    /// cannot even make us answer.
    static byte[] mac1Key(PublicKey receiver) {
        return labelled(LABEL_MAC1, receiver);
    }

    /// Encrypts cookies made by the owner of `maker`.
    static byte[] cookieKey(PublicKey maker) {
        return labelled(LABEL_COOKIE, maker);
    }

    /// The MAC of `message[0, length)` into a new array.
    static byte[] mac(byte[] key, byte[] message, int length) {
        return new Blake2s().beginKeyed(MessageLayout.MAC, key).update(message, 0, length).finish();
    }

    /// Whether the MAC of everything before `at` stands at `at`. In constant time.
    static boolean hasMac(byte[] key, byte[] message, int at) {
        byte[] found = Arrays.copyOfRange(message, at, at + MessageLayout.MAC);
        return MessageDigest.isEqual(mac(key, message, at), found);
    }

    private static byte[] labelled(byte[] label, PublicKey key) {
        return new Blake2s()
                .begin(Blake2s.HASH_LENGTH)
                .update(label)
                .update(key.toBytes())
                .finish();
    }
}
