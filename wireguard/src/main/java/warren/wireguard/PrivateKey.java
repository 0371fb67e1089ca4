// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import javax.security.auth.Destroyable;

/// A clamped Curve25519 private key. Never printed; wiped by [#destroy()].
public final class PrivateKey extends Key32 implements Destroyable {
    /// Clamps as RFC 7748 section 5 says, except the all-zero key, which stays "no key".
    public PrivateKey(byte[] bytes) {
        super(clamped(bytes));
    }

    public static PrivateKey ofBase64(String text) {
        return new PrivateKey(fromBase64(text));
    }

    public static PrivateKey ofHex(String text) {
        return new PrivateKey(fromHex(text));
    }

    @Override
    public void destroy() {
        wipe();
    }

    @Override
    public boolean isDestroyed() {
        return isZero();
    }

    @Override
    public String toString() {
        return "PrivateKey(redacted)";
    }

    private static byte[] clamped(byte[] bytes) {
        byte[] key = bytes.clone();
        int any = 0;
        for (byte b : key) {
            any |= b;
        }
        if (any != 0 && key.length == LENGTH) {
            key[0] &= (byte) 0xf8;
            key[31] = (byte) ((key[31] & 0x7f) | 0x40);
        }
        return key;
    }
}
