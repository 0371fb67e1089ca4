// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import javax.crypto.KeyAgreement;

/// Curve25519 Diffie-Hellman (RFC 7748) on raw keys, by the JDK's XDH provider.
///
/// An instance holds the provider's objects so that they are looked up once. Not thread-safe.
public final class X25519 {
    /// Bytes of a private key, a public key and a shared secret.
    public static final int LENGTH = 32;

    private static final byte[] BASE_POINT = new byte[LENGTH];

    static {
        BASE_POINT[0] = 9;
    }

    private final KeyFactory keys;
    private final KeyAgreement agreement;

    public X25519() {
        try {
            keys = KeyFactory.getInstance("X25519");
            agreement = KeyAgreement.getInstance("X25519");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no X25519 provider", e);
        }
    }

    /// The public key that belongs to `privateKey`, which is clamped first.
    public PublicKey publicKey(PrivateKey privateKey) {
        byte[] secret = privateKey.toBytes();
        byte[] result = new byte[LENGTH];
        try {
            publicKey(secret, result);
            return new PublicKey(result);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /// Writes the public key of the 32 bytes `privateKey` to `output`.
    public void publicKey(byte[] privateKey, byte[] output) {
        if (!agree(privateKey, BASE_POINT, output)) {
            throw new IllegalStateException("the base point has no small order");
        }
    }

    /// Writes the shared secret to `output`, which the caller wipes.
    ///
    /// @param publicKey 32 bytes from anywhere; the unused top bit is ignored (RFC 7748 section 5)
    /// @return false where the secret is all zeros, which only a public key of small order causes;
    ///     the handshake must fail then. `output` is unchanged.
    public boolean agree(byte[] privateKey, byte[] publicKey, byte[] output) {
        byte[] bigEndian = new byte[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            bigEndian[i] = publicKey[LENGTH - 1 - i];
        }
        bigEndian[0] &= 0x7f;
        try {
            agreement.init(
                    keys.generatePrivate(
                            new XECPrivateKeySpec(NamedParameterSpec.X25519, privateKey)));
            agreement.doPhase(
                    keys.generatePublic(
                            new XECPublicKeySpec(
                                    NamedParameterSpec.X25519, new BigInteger(1, bigEndian))),
                    true);
            byte[] secret = agreement.generateSecret();
            System.arraycopy(secret, 0, output, 0, LENGTH);
            Arrays.fill(secret, (byte) 0);
            return true;
        } catch (InvalidKeyException _) { // the provider's answer to a point of small order
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("X25519 on 32-byte keys", e);
        }
    }
}
