// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.io.Serial;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import javax.security.auth.Destroyable;

/// A node's long-lived Ed25519 key pair. Made by `warren init` or `warren join`, kept for ever.
/// Never printed; thread-safe until destroyed.
public final class Identity implements Destroyable {
    /// Bytes of the seed that RFC 8032 section 5.1.5 calls the private key.
    public static final int SEED_LENGTH = 32;

    private final byte[] seed;
    private final PrivateKey privateKey;
    private final IdentityKey key;

    private Identity(byte[] seed) {
        if (seed.length != SEED_LENGTH) {
            throw new IllegalArgumentException("a seed has 32 bytes, not " + seed.length);
        }
        this.seed = seed.clone();
        KeyPair pair = pair(this.seed);
        this.privateKey = pair.getPrivate();
        this.key = IdentityKey.of((EdECPublicKey) pair.getPublic());
    }

    /// @param random a cryptographically strong generator
    public static Identity generate(RandomGenerator random) {
        byte[] seed = new byte[SEED_LENGTH];
        random.nextBytes(seed);
        try {
            return new Identity(seed);
        } finally {
            Arrays.fill(seed, (byte) 0);
        }
    }

    /// @param seed 32 bytes, copied; the caller wipes its own
    public static Identity ofSeed(byte[] seed) {
        return new Identity(seed);
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
        if (isDestroyed()) {
            throw new IllegalStateException("the identity was destroyed");
        }
        try {
            Signature signer = Signature.getInstance("Ed25519");
            signer.initSign(privateKey);
            signer.update(message);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Ed25519 with a key of the same provider", e);
        }
    }

    /// Wipes the seed. The provider's copy of it lives until it is collected.
    @Override
    public void destroy() {
        Arrays.fill(seed, (byte) 0);
    }

    @Override
    public boolean isDestroyed() {
        int any = 0;
        for (byte b : seed) {
            any |= b;
        }
        return any == 0;
    }

    @Override
    public String toString() {
        return "Identity(" + key + ", redacted)";
    }

    /// The provider offers no way from a seed to its public key but to generate the pair with a
    /// source of randomness that yields the seed.
    private static KeyPair pair(byte[] seed) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(NamedParameterSpec.ED25519, new SeedOnly(seed));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no Ed25519 provider", e);
        }
    }

    private static final class SeedOnly extends SecureRandom {
        @Serial private static final long serialVersionUID = 1;

        private final byte[] seed;

        SeedOnly(byte[] seed) {
            this.seed = seed;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            if (bytes.length != seed.length) {
                throw new IllegalStateException("Ed25519 asks for its 32 bytes at once");
            }
            System.arraycopy(seed, 0, bytes, 0, seed.length);
        }
    }
}
