// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A handshake that somebody else began, from its first message to our response. Whitepaper
/// sections 5.4.2 and 5.4.3. Lives within one call: nothing is kept of who does not prove to be a
/// peer. The three steps come in order, each only after the one before succeeded.
final class IncomingInitiation {
    private final byte[] message;
    private final NoiseState noise;
    private final byte[] remoteEphemeral;
    private byte[] remoteStatic = new byte[0];

    /// @param message of the right type and length, mac1 checked
    IncomingInitiation(byte[] message, Identity self) {
        this.message = message;
        this.noise = new NoiseState(self.publicKey);
        this.remoteEphemeral =
                field(MessageLayout.INITIATION_EPHEMERAL, MessageLayout.INITIATION_STATIC);
    }

    /// Who claims to send this; proven only by the timestamp. Null where it does not decrypt.
    @Nullable PublicKey openStatic(Identity self) {
        byte[] shared = self.agree(remoteEphemeral);
        if (shared == null) {
            return null;
        }
        noise.mixEphemeral(remoteEphemeral);
        byte[] key = noise.mixKeyForField(shared);
        Arrays.fill(shared, (byte) 0);
        byte[] opened =
                noise.open(
                        key,
                        field(MessageLayout.INITIATION_STATIC, MessageLayout.INITIATION_TIMESTAMP));
        if (opened == null) {
            return null;
        }
        remoteStatic = opened;
        return new PublicKey(opened);
    }

    /// The timestamp, which only the owner of the claimed static key can have sealed; null where
    /// it is not authentic.
    @Nullable Tai64n openTimestamp(byte[] staticShared) {
        byte[] opened =
                noise.open(
                        noise.mixKeyForField(staticShared),
                        field(MessageLayout.INITIATION_TIMESTAMP, MessageLayout.INITIATION_MAC1));
        return opened == null ? null : Tai64n.read(opened, 0);
    }

    /// The index by which the other side knows this handshake and the session that follows.
    int senderIndex() {
        return MessageWriter.readInt(message, MessageLayout.SENDER);
    }

    /// Writes the response, its MACs still to be filled in, and finishes the handshake.
    ///
    /// @return null where a key agreement fails; `response` is not to be sent then
    @Nullable TransportKeys respond(
            byte[] response, int localIndex, PresharedKey preshared, RandomSource random) {
        byte[] ephemeral = new byte[X25519.LENGTH];
        byte[] ephemeralPublic = new byte[X25519.LENGTH];
        byte[] sharedEphemeral = new byte[X25519.LENGTH];
        byte[] sharedStatic = new byte[X25519.LENGTH];
        random.fill(ephemeral);
        X25519 curve = new X25519();
        curve.publicKey(ephemeral, ephemeralPublic);
        boolean agreed =
                curve.agree(ephemeral, remoteEphemeral, sharedEphemeral)
                        && curve.agree(ephemeral, remoteStatic, sharedStatic);
        Arrays.fill(ephemeral, (byte) 0);
        if (!agreed) {
            return null;
        }
        noise.mixEphemeral(ephemeralPublic);
        noise.mixKey(sharedEphemeral);
        noise.mixKey(sharedStatic);
        Arrays.fill(sharedEphemeral, (byte) 0);
        Arrays.fill(sharedStatic, (byte) 0);
        byte[] empty = noise.seal(noise.mixPresharedKey(preshared), new byte[0]);
        MessageWriter.into(response, MessageLayout.TYPE_RESPONSE)
                .put(MessageLayout.SENDER, localIndex)
                .put(MessageLayout.RESPONSE_RECEIVER, senderIndex())
                .put(MessageLayout.RESPONSE_EPHEMERAL, ephemeralPublic)
                .put(MessageLayout.RESPONSE_EMPTY, empty);
        return noise.split();
    }

    void wipe() {
        noise.wipe();
    }

    private byte[] field(int from, int to) {
        return Arrays.copyOfRange(message, from, to);
    }
}
