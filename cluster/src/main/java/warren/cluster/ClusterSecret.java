// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import javax.security.auth.Destroyable;

/// What makes a node a member: 32 random bytes, and the number of the epoch they belong to.
/// Never printed; wiped by [#destroy()], after which it is all zeros and useless.
public final class ClusterSecret implements Destroyable {
    /// Bytes of a secret.
    public static final int LENGTH = 32;

    private final int epoch;
    private final byte[] bytes;
    private final int tag;

    /// @param epoch 1 for the first secret of a cluster, one more with each rotation
    /// @param bytes 32 bytes, copied; the caller wipes its own
    public ClusterSecret(int epoch, byte[] bytes) {
        if (epoch < 1) {
            throw new IllegalArgumentException("the epoch of a secret is at least 1, not " + epoch);
        }
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a secret has 32 bytes, not " + bytes.length);
        }
        this.epoch = epoch;
        this.bytes = bytes.clone();
        int hash = new WireReader(commitment()).u32();
        this.tag = epoch == 1 || hash == 1 ? epoch : hash;
    }

    /// @param random a cryptographically strong generator
    public static ClusterSecret random(RandomGenerator random) {
        byte[] bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        try {
            return new ClusterSecret(1, bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    public int epoch() {
        return epoch;
    }

    /// By which records and datagrams name the secret: a hash, since two nodes may draw secrets
    /// of one number at the same time. The first of a cluster has no rival; its tag is its number.
    public int tag() {
        return tag;
    }

    /// What a rotation says of the secret: it can be checked against it, but not turned back.
    final byte[] commitment() {
        byte[] number = new WireWriter().u32(epoch).toBytes();
        return LabelledHash.of(32, "warren secret", number, bytes);
    }

    /// A copy, which the caller wipes.
    public byte[] toBytes() {
        return bytes.clone();
    }

    @Override
    public void destroy() {
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public boolean isDestroyed() {
        int any = 0;
        for (byte b : bytes) {
            any |= b;
        }
        return any == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClusterSecret secret
                && secret.epoch == epoch
                && MessageDigest.isEqual(secret.bytes, bytes);
    }

    @Override
    public int hashCode() {
        return epoch;
    }

    @Override
    public String toString() {
        return "ClusterSecret(epoch " + epoch + ", redacted)";
    }
}
