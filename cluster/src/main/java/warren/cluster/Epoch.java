// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import org.jspecify.annotations.Nullable;

/// A secret with the statement that made it hold. Immutable, apart from the secret, which its
/// owner destroys.
///
/// @param rotation null for the first of a cluster, and for one that came in a token, until the
///     statement arrives
public record Epoch(ClusterSecret secret, @Nullable Rotation rotation) {
    public Epoch {
        if (rotation != null && !rotation.isOf(secret)) {
            throw new IllegalArgumentException("a rotation of another secret");
        }
    }

    public int number() {
        return secret.epoch();
    }

    /// By which records and datagrams name it.
    public int tag() {
        return secret.tag();
    }

    /// The hash of the evictions whose nodes were kept from this secret.
    long covers() {
        return rotation == null ? Evictions.NONE : rotation.covers();
    }
}
