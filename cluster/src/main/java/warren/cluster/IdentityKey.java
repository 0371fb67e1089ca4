// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.Arrays;
import java.util.HexFormat;

/// The public half of a node's identity: an Ed25519 key (RFC 8032) as its 32 raw bytes.
/// Immutable.
@SuppressWarnings({"DoNotCallSuggester", "UnusedMethod", "UnusedVariable"}) // until it is built
public final class IdentityKey implements Comparable<IdentityKey> {
    public static final int LENGTH = 32;
    public static final int SIGNATURE_LENGTH = 64;

    private final byte[] bytes;

    public IdentityKey(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("an identity has 32 bytes, not " + bytes.length);
        }
        this.bytes = bytes.clone();
    }

    /// A copy.
    public byte[] toBytes() {
        return bytes.clone();
    }

    public NodeId id() {
        throw Skeleton.missing();
    }

    /// Whether `signature` is this identity's over `message`; false too where the key is no
    /// point of the curve.
    public boolean verify(byte[] message, byte[] signature) {
        throw Skeleton.missing();
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
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes, 0, 4) + "…";
    }
}
