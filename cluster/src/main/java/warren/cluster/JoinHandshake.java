// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import warren.wireguard.Blake2s;
import warren.wireguard.ChaCha20Poly1305;
import warren.wireguard.Hkdf;
import warren.wireguard.X25519;

/// `Noise_NNpsk0_25519_ChaChaPoly_BLAKE2s` (Noise specification, revision 34), one side of one
/// handshake:
///
/// ```
/// -> psk, e
/// <- e, ee
/// ```
///
/// Not thread-safe.
final class JoinHandshake implements AutoCloseable {
    private static final byte[] PROTOCOL =
            "Noise_NNpsk0_25519_ChaChaPoly_BLAKE2s".getBytes(US_ASCII);
    private static final int LENGTH = 32;
    private static final byte[] EMPTY = {};

    private final X25519 curve = new X25519();
    private final Hkdf hkdf = new Hkdf();
    private final Blake2s blake = new Blake2s();
    private final byte[] chainingKey;
    private final byte[] hash;
    private final byte[] key = new byte[LENGTH];
    private final byte[] ephemeral = new byte[LENGTH];

    JoinHandshake(byte[] prologue) {
        hash = blake.begin(LENGTH).update(PROTOCOL).finish(); // longer than a hash, so hashed
        chainingKey = hash.clone();
        mixHash(prologue);
    }

    byte[] writeFirst(byte[] presharedKey, byte[] payload, RandomGenerator random) {
        mixKeyAndHash(presharedKey);
        byte[] mine = drawEphemeral(random);
        mixEphemeral(mine);
        return sealPayload(mine, payload);
    }

    /// The payload; null where the message is not genuine: its sender lacks the preshared key.
    byte @Nullable [] readFirst(byte[] presharedKey, byte[] message, byte[] theirEphemeral) {
        mixKeyAndHash(presharedKey);
        System.arraycopy(message, 0, theirEphemeral, 0, LENGTH);
        mixEphemeral(theirEphemeral);
        return openPayload(message);
    }

    /// Null where their ephemeral key is of small order, which no honest initiator sends.
    byte @Nullable [] writeSecond(byte[] theirEphemeral, byte[] payload, RandomGenerator random) {
        byte[] mine = drawEphemeral(random);
        mixEphemeral(mine);
        return mixAgreement(theirEphemeral) ? sealPayload(mine, payload) : null;
    }

    /// The payload; null where the message is not genuine and of whoever read the first.
    byte @Nullable [] readSecond(byte[] message) {
        byte[] theirs = Arrays.copyOf(message, LENGTH);
        mixEphemeral(theirs);
        return mixAgreement(theirs) ? openPayload(message) : null;
    }

    /// The hash of all that was said: what both sides sign to prove who they are.
    byte[] hash() {
        return hash.clone();
    }

    /// The transport keys; the handshake is over.
    ///
    /// @param toInitiator receives the key of the responder's messages
    void split(byte[] toResponder, byte[] toInitiator) {
        hkdf.kdf2(chainingKey, EMPTY, toResponder, toInitiator);
        close();
    }

    /// Wipes the secrets, all but the handshake hash. Idempotent.
    @Override
    public void close() {
        Arrays.fill(chainingKey, (byte) 0);
        Arrays.fill(key, (byte) 0);
        Arrays.fill(ephemeral, (byte) 0);
        hkdf.wipe();
        blake.wipe();
    }

    private byte[] drawEphemeral(RandomGenerator random) {
        random.nextBytes(ephemeral);
        byte[] mine = new byte[LENGTH];
        curve.publicKey(ephemeral, mine);
        return mine;
    }

    private byte[] sealPayload(byte[] mine, byte[] payload) {
        byte[] sealed = ChaCha20Poly1305.seal(key, 0, payload, hash);
        mixHash(sealed);
        byte[] message = Arrays.copyOf(mine, LENGTH + sealed.length);
        System.arraycopy(sealed, 0, message, LENGTH, sealed.length);
        return message;
    }

    private byte @Nullable [] openPayload(byte[] message) {
        byte[] sealed = Arrays.copyOfRange(message, LENGTH, message.length);
        byte[] payload = ChaCha20Poly1305.open(key, 0, sealed, hash);
        mixHash(sealed);
        return payload;
    }

    private void mixHash(byte[] data) {
        blake.begin(LENGTH).update(hash).update(data).finish(hash, 0);
    }

    /// In patterns with a preshared key every `e` is mixed into the key as well (section 9.2).
    private void mixEphemeral(byte[] publicKey) {
        mixHash(publicKey);
        hkdf.kdf2(chainingKey, publicKey, chainingKey, key);
    }

    private void mixKeyAndHash(byte[] presharedKey) {
        byte[] mixed = new byte[LENGTH];
        hkdf.kdf3(chainingKey, presharedKey, chainingKey, mixed, key);
        mixHash(mixed);
    }

    private boolean mixAgreement(byte[] theirs) {
        byte[] shared = new byte[LENGTH];
        boolean agreed = curve.agree(ephemeral, theirs, shared);
        hkdf.kdf2(chainingKey, shared, chainingKey, key);
        Arrays.fill(shared, (byte) 0);
        return agreed;
    }
}
