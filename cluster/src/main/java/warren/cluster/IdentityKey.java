// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;

/// The public half of a node's identity: an Ed25519 key (RFC 8032) as its 32 raw bytes.
/// Immutable.
public final class IdentityKey implements Comparable<IdentityKey> {
    public static final int LENGTH = 32;
    public static final int SIGNATURE_LENGTH = 64;

    private final byte[] bytes;
    private final NodeId id;

    public IdentityKey(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("an identity has 32 bytes, not " + bytes.length);
        }
        this.bytes = bytes.clone();
        this.id = NodeId.of(LabelledHash.of(NodeId.LENGTH, "warren node id", this.bytes));
    }

    static IdentityKey of(EdECPublicKey key) {
        byte[] bigEndian = key.getPoint().getY().toByteArray();
        byte[] raw = new byte[LENGTH];
        for (int i = 0; i < Math.min(LENGTH, bigEndian.length); i++) {
            raw[i] = bigEndian[bigEndian.length - 1 - i];
        }
        raw[LENGTH - 1] |= (byte) (key.getPoint().isXOdd() ? 0x80 : 0);
        return new IdentityKey(raw);
    }

    /// A copy.
    public byte[] toBytes() {
        return bytes.clone();
    }

    public NodeId id() {
        return id;
    }

    /// Whether `signature` is this identity's over `message`; false too where the key is no
    /// point of the curve.
    public boolean verify(byte[] message, byte[] signature) {
        if (signature.length != SIGNATURE_LENGTH) {
            return false;
        }
        byte[] bigEndian = new byte[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            bigEndian[i] = bytes[LENGTH - 1 - i];
        }
        boolean odd = bigEndian[0] < 0;
        bigEndian[0] &= 0x7f;
        EdECPoint point = new EdECPoint(odd, new BigInteger(1, bigEndian));
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(
                    KeyFactory.getInstance("Ed25519")
                            .generatePublic(
                                    new EdECPublicKeySpec(NamedParameterSpec.ED25519, point)));
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException _) { // the provider's answer to bytes that are no point
            return false;
        }
    }

    @Override
    public int compareTo(IdentityKey other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IdentityKey key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes, 0, 4) + "…";
    }
}
