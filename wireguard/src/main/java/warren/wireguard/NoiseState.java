// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The chaining key and transcript hash of one Noise_IKpsk2 handshake, and the steps that advance
/// them. Whitepaper section 5.4. Every key is used for one message, so its nonce is always zero.
/// Confined to its owner.
final class NoiseState {
    // Specification: the names that are hashed in first. Append only.
    private static final byte[] CONSTRUCTION =
            "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s".getBytes(US_ASCII);
    private static final byte[] IDENTIFIER =
            "WireGuard v1 zx2c4 Jason@zx2c4.com".getBytes(US_ASCII);

    private static final int LENGTH = Blake2s.HASH_LENGTH;
    private static final byte[] EMPTY = {};
    private static final byte[] INITIAL_CHAINING_KEY =
            new Blake2s().begin(LENGTH).update(CONSTRUCTION).finish();
    private static final byte[] INITIAL_HASH =
            new Blake2s().begin(LENGTH).update(INITIAL_CHAINING_KEY).update(IDENTIFIER).finish();

    private final byte[] chainingKey = INITIAL_CHAINING_KEY.clone();
    private final byte[] hash = INITIAL_HASH.clone();
    private final Blake2s blake = new Blake2s();
    private final Hkdf hkdf = new Hkdf();

    /// The start of a handshake with the owner of `responder`, which both sides mix in.
    NoiseState(PublicKey responder) {
        mixHash(responder.toBytes());
    }

    private NoiseState(NoiseState other) {
        System.arraycopy(other.chainingKey, 0, chainingKey, 0, LENGTH);
        System.arraycopy(other.hash, 0, hash, 0, LENGTH);
    }

    /// An independent copy: an answer that does not check out must not spoil the original.
    NoiseState copy() {
        return new NoiseState(this);
    }

    /// A public ephemeral key goes into both hash and chaining key, as section 5.4.2 has it.
    void mixEphemeral(byte[] publicKey) {
        hkdf.kdf1(chainingKey, publicKey, chainingKey);
        mixHash(publicKey);
    }

    void mixKey(byte[] sharedSecret) {
        hkdf.kdf1(chainingKey, sharedSecret, chainingKey);
    }

    /// Also derives the key of the next encrypted field; the caller wipes it.
    byte[] mixKeyForField(byte[] sharedSecret) {
        byte[] key = new byte[LENGTH];
        hkdf.kdf2(chainingKey, sharedSecret, chainingKey, key);
        return key;
    }

    /// The preshared key enters both; returns the key of the last field, which the caller wipes.
    byte[] mixPresharedKey(PresharedKey preshared) {
        byte[] psk = preshared.toBytes();
        byte[] mixed = new byte[LENGTH];
        byte[] key = new byte[LENGTH];
        hkdf.kdf3(chainingKey, psk, chainingKey, mixed, key);
        mixHash(mixed);
        Arrays.fill(psk, (byte) 0);
        Arrays.fill(mixed, (byte) 0);
        return key;
    }

    /// Encrypts a field under `key`, which is wiped, bound to all that went before.
    byte[] seal(byte[] key, byte[] plaintext) {
        byte[] sealed = ChaCha20Poly1305.seal(key, 0, plaintext, hash);
        Arrays.fill(key, (byte) 0);
        mixHash(sealed);
        return sealed;
    }

    /// Decrypts a field under `key`, which is wiped; null where it is not authentic.
    byte @Nullable [] open(byte[] key, byte[] sealed) {
        byte[] plaintext = ChaCha20Poly1305.open(key, 0, sealed, hash);
        Arrays.fill(key, (byte) 0);
        mixHash(sealed);
        return plaintext;
    }

    /// The transport keys, initiator's sending key first. The state is wiped.
    TransportKeys split() {
        byte[] fromInitiator = new byte[LENGTH];
        byte[] fromResponder = new byte[LENGTH];
        hkdf.kdf2(chainingKey, EMPTY, fromInitiator, fromResponder);
        wipe();
        return new TransportKeys(fromInitiator, fromResponder);
    }

    void wipe() {
        Arrays.fill(chainingKey, (byte) 0);
        Arrays.fill(hash, (byte) 0);
        blake.wipe();
        hkdf.wipe();
    }

    private void mixHash(byte[] data) {
        blake.begin(LENGTH).update(hash).update(data).finish(hash, 0);
    }
}
