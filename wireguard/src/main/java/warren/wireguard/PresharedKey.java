// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import javax.security.auth.Destroyable;

/// The symmetric key of a pair that the handshake mixes in (the `psk2` of Noise_IKpsk2); all zeros
/// where none is set. Never printed; wiped by [#destroy()].
public final class PresharedKey extends Key32 implements Destroyable {
    public PresharedKey(byte[] bytes) {
        super(bytes);
    }

    /// The absent key: whitepaper section 5.2 uses 32 zero bytes.
    public static PresharedKey none() {
        return new PresharedKey(new byte[LENGTH]);
    }

    public static PresharedKey ofBase64(String text) {
        return new PresharedKey(fromBase64(text));
    }

    public static PresharedKey ofHex(String text) {
        return new PresharedKey(fromHex(text));
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
        return "PresharedKey(redacted)";
    }
}
