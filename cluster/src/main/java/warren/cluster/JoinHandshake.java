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
/// handshake with empty payloads:
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
    private static final int MESSAGE_LENGTH = LENGTH + 16;
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

    byte[] writeFirst(byte[] presharedKey, RandomGenerator random) {
        mixKeyAndHash(presharedKey);
        return writeMessage(drawEphemeral(random));
    }

    /// Whether the message is genuine: its sender holds the preshared key.
    boolean readFirst(byte[] presharedKey, byte[] message, byte[] theirEphemeral) {
        mixKeyAndHash(presharedKey);
        System.arraycopy(message, 0, theirEphemeral, 0, LENGTH);
        mixEphemeral(theirEphemeral);
        return openTag(message);
    }

    /// Null where their ephemeral key is of small order, which no honest initiator sends.
    byte @Nullable [] writeSecond(byte[] theirEphemeral, RandomGenerator random) {
        byte[] mine = drawEphemeral(random);
        mixEphemeral(mine);
        return mixAgreement(theirEphemeral) ? sealTag(mine) : null;
    }

    /// Whether the message is genuine and of whoever read the first.
    boolean readSecond(byte[] message) {
        byte[] theirs = Arrays.copyOf(message, LENGTH);
        mixEphemeral(theirs);
        return mixAgreement(theirs) && openTag(message);
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

    private byte[] writeMessage(byte[] mine) {
        mixEphemeral(mine);
        return sealTag(mine);
    }

    private byte[] sealTag(byte[] mine) {
        byte[] tag = ChaCha20Poly1305.seal(key, 0, EMPTY, hash);
        mixHash(tag);
        byte[] message = Arrays.copyOf(mine, MESSAGE_LENGTH);
        System.arraycopy(tag, 0, message, LENGTH, tag.length);
        return message;
    }

    private boolean openTag(byte[] message) {
        byte[] tag = Arrays.copyOfRange(message, LENGTH, MESSAGE_LENGTH);
        boolean genuine = ChaCha20Poly1305.open(key, 0, tag, hash) != null;
        mixHash(tag);
        return genuine;
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
