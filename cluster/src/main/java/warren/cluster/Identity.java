// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.random.RandomGenerator;
import javax.security.auth.Destroyable;

/// A node's long-lived Ed25519 key pair. Made by `warren init` or `warren join`, kept for ever.
/// Never printed; thread-safe until destroyed.
@SuppressWarnings({"DoNotCallSuggester", "UnusedMethod", "UnusedVariable"}) // until it is built
public final class Identity implements Destroyable {
    /// Bytes of the seed that RFC 8032 section 5.1.5 calls the private key.
    public static final int SEED_LENGTH = 32;

    private final byte[] seed;
    private final IdentityKey key;

    private Identity(byte[] seed, IdentityKey key) {
        this.seed = seed;
        this.key = key;
    }

    /// @param random a cryptographically strong generator
    public static Identity generate(RandomGenerator random) {
        throw Skeleton.missing();
    }

    /// @param seed 32 bytes, copied; the caller wipes its own
    public static Identity ofSeed(byte[] seed) {
        throw Skeleton.missing();
    }

    public IdentityKey key() {
        return key;
    }

    public NodeId id() {
        return key.id();
    }

    /// A copy of the private seed, which the caller wipes.
    public byte[] seed() {
        return seed.clone();
    }

    /// 64 bytes of signature.
    public byte[] sign(byte[] message) {
        throw Skeleton.missing();
    }

    @Override
    public void destroy() {
        throw Skeleton.missing();
    }

    @Override
    public boolean isDestroyed() {
        throw Skeleton.missing();
    }

    @Override
    public String toString() {
        return "Identity(" + key + ", redacted)";
    }
}
