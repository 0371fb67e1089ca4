// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/// 32 bytes of key material with the manners all keys share: compared in constant time, decoded
/// strictly, wiped on request. Its subclasses say what the bytes are for and how they print.
abstract sealed class Key32 permits PublicKey, PrivateKey, PresharedKey {
    static final int LENGTH = 32;

    private final byte[] bytes;

    Key32(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a key has 32 bytes, not " + bytes.length);
        }
        this.bytes = bytes.clone();
    }

    /// A copy, which the caller wipes where the key is secret.
    public final byte[] toBytes() {
        return bytes.clone();
    }

    /// As `wg` writes keys.
    public final String toBase64() {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /// As the UAPI writes keys: 64 lower-case digits.
    public final String toHex() {
        return HexFormat.of().formatHex(bytes);
    }

    /// Whether all bytes are zero, which the UAPI and the kernel read as "no key".
    public final boolean isZero() {
        int any = 0;
        for (byte b : bytes) {
            any |= b;
        }
        return any == 0;
    }

    /// Overwrites the bytes; the key is all zeros from here on.
    final void wipe() {
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof Key32 key
                && key.getClass() == getClass()
                && MessageDigest.isEqual(bytes, key.bytes);
    }

    @Override
    public final int hashCode() {
        return Arrays.hashCode(bytes);
    }

    final String base64Prefix() {
        return toBase64().substring(0, 8) + "…";
    }

    static byte[] fromBase64(String text) {
        byte[] bytes;
        try {
            bytes = text.length() == 44 ? Base64.getDecoder().decode(text) : new byte[0];
        } catch (IllegalArgumentException _) { // reported below, without repeating a secret
            bytes = new byte[0];
        }
        if (bytes.length != LENGTH || !Base64.getEncoder().encodeToString(bytes).equals(text)) {
            throw new IllegalArgumentException("a key is 44 characters of base64");
        }
        return bytes;
    }

    static byte[] fromHex(String text) {
        if (text.length() != 2 * LENGTH) {
            throw new IllegalArgumentException("a key is 64 hexadecimal digits");
        }
        try {
            return HexFormat.of().parseHex(text);
        } catch (IllegalArgumentException _) { // the original message would repeat the text
            throw new IllegalArgumentException("a key is 64 hexadecimal digits");
        }
    }
}
