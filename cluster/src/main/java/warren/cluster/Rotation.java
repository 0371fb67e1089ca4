// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// That a new secret holds, signed by the node that drew it. Names the secret by a hash, so it is
/// no secret itself. Immutable.
///
/// ```
/// number (4) | commitment (32) | covers (8) | author's identity (32) | signature (64)
/// ```
///
/// Parsing does not check the signature; [#isSignedFor] does.
public final class Rotation {
    /// Bytes of a rotation.
    public static final int LENGTH = 4 + 32 + 8 + IdentityKey.LENGTH + IdentityKey.SIGNATURE_LENGTH;

    private static final int BODY_LENGTH = LENGTH - IdentityKey.SIGNATURE_LENGTH;
    private static final byte[] SIGNED = "warren rotation 1\0".getBytes(US_ASCII);

    private final byte[] bytes;
    private final int number;
    private final byte[] commitment;
    private final long covers;
    private final IdentityKey author;

    private Rotation(byte[] bytes) {
        WireReader in = new WireReader(bytes);
        this.bytes = bytes;
        this.number = in.u32();
        this.commitment = in.take(32);
        this.covers = in.u64();
        this.author = new IdentityKey(in.take(IdentityKey.LENGTH));
    }

    /// @param covers the hash of the evictions known to the author, whom it kept the secret from
    public static Rotation sign(
            ClusterSecret secret, long covers, Identity author, ClusterId cluster) {
        byte[] body =
                new WireWriter()
                        .u32(secret.epoch())
                        .put(secret.commitment())
                        .u64(covers)
                        .put(author.key().toBytes())
                        .toBytes();
        byte[] signature = author.sign(signed(cluster, body));
        return new Rotation(new WireWriter().put(body).put(signature).toBytes());
    }

    /// Null where the bytes are none.
    static @Nullable Rotation parse(byte[] bytes) {
        if (bytes.length != LENGTH) {
            return null;
        }
        Rotation rotation = new Rotation(bytes.clone());
        return rotation.number > 1 ? rotation : null;
    }

    /// Half a millisecond of work.
    boolean isSignedFor(ClusterId cluster) {
        return author.verify(
                signed(cluster, Arrays.copyOf(bytes, BODY_LENGTH)),
                Arrays.copyOfRange(bytes, BODY_LENGTH, LENGTH));
    }

    /// Whether this is the secret that was announced.
    boolean isOf(ClusterSecret secret) {
        return secret.epoch() == number && Arrays.equals(secret.commitment(), commitment);
    }

    public int number() {
        return number;
    }

    long covers() {
        return covers;
    }

    public IdentityKey author() {
        return author;
    }

    /// Of two rotations in parallel the one with the larger number wins, then the one with the
    /// larger commitment: all nodes choose the same.
    static int compare(int number, byte[] commitment, int otherNumber, byte[] otherCommitment) {
        int byNumber = Integer.compare(number, otherNumber);
        return byNumber != 0 ? byNumber : Arrays.compareUnsigned(commitment, otherCommitment);
    }

    byte[] toBytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Rotation rotation && Arrays.equals(bytes, rotation.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "Rotation(epoch " + Integer.toString(number) + " by " + author.id() + ")";
    }

    private static byte[] signed(ClusterId cluster, byte[] body) {
        return new WireWriter().put(SIGNED).put(cluster.toBytes()).put(body).toBytes();
    }
}
