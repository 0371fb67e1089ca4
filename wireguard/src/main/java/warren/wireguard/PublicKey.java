// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

/// A Curve25519 public key: who a peer is. Immutable; prints shortened.
public final class PublicKey extends Key32 {
    public PublicKey(byte[] bytes) {
        super(bytes);
    }

    public static PublicKey ofBase64(String text) {
        return new PublicKey(fromBase64(text));
    }

    public static PublicKey ofHex(String text) {
        return new PublicKey(fromHex(text));
    }

    /// The first digits, enough to tell peers apart in a log.
    @Override
    public String toString() {
        return base64Prefix();
    }
}
