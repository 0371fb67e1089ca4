// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Our side of a handshake that we began: the first message, then the reading of its response.
/// Whitepaper sections 5.4.2 and 5.4.3. Guarded by the peer's lock.
final class OutgoingInitiation {
    /// Its index is what the response must name.
    final IndexTable.Entry entry;

    private final NoiseState noise;
    private final byte[] ephemeral = new byte[X25519.LENGTH];
    private byte[] message = new byte[0];

    private OutgoingInitiation(IndexTable.Entry entry, PublicKey responder) {
        this.entry = entry;
        this.noise = new NoiseState(responder);
    }

    /// Begins a handshake with the peer of `entry`; null where its public key is a point of small
    /// order.
    ///
    /// @param staticShared the shared secret of the two static keys
    static @Nullable OutgoingInitiation create(
            IndexTable.Entry entry,
            Identity self,
            byte[] staticShared,
            byte[] timestamp,
            RandomSource random) {
        PublicKey responder = entry.peer.publicKey();
        OutgoingInitiation initiation = new OutgoingInitiation(entry, responder);
        random.fill(initiation.ephemeral);
        X25519 curve = new X25519();
        byte[] ephemeralPublic = new byte[X25519.LENGTH];
        curve.publicKey(initiation.ephemeral, ephemeralPublic);
        byte[] shared = new byte[X25519.LENGTH];
        if (!curve.agree(initiation.ephemeral, responder.toBytes(), shared)) {
            initiation.wipe();
            return null;
        }
        NoiseState noise = initiation.noise;
        noise.mixEphemeral(ephemeralPublic);
        byte[] sealedStatic = noise.seal(noise.mixKeyForField(shared), self.publicKey.toBytes());
        Arrays.fill(shared, (byte) 0);
        byte[] sealedTimestamp = noise.seal(noise.mixKeyForField(staticShared), timestamp);
        initiation.message =
                MessageWriter.of(MessageLayout.TYPE_INITIATION, MessageLayout.INITIATION_LENGTH)
                        .put(MessageLayout.SENDER, entry.index)
                        .put(MessageLayout.INITIATION_EPHEMERAL, ephemeralPublic)
                        .put(MessageLayout.INITIATION_STATIC, sealedStatic)
                        .put(MessageLayout.INITIATION_TIMESTAMP, sealedTimestamp)
                        .bytes();
        return initiation;
    }

    /// The message, its MACs still to be filled in.
    byte[] message() {
        return message;
    }

    /// Reads the response. This handshake is over, and to be wiped, when keys come back; a null
    /// leaves it as it was, since anybody can send a wrong response.
    @Nullable TransportKeys accept(byte[] response, Identity self, PresharedKey preshared) {
        byte[] remote =
                Arrays.copyOfRange(
                        response, MessageLayout.RESPONSE_EPHEMERAL, MessageLayout.RESPONSE_EMPTY);
        byte[] empty =
                Arrays.copyOfRange(
                        response, MessageLayout.RESPONSE_EMPTY, MessageLayout.RESPONSE_MAC1);
        byte[] sharedEphemeral = new byte[X25519.LENGTH];
        byte[] sharedStatic = self.agree(remote);
        if (sharedStatic == null || !new X25519().agree(ephemeral, remote, sharedEphemeral)) {
            return null;
        }
        NoiseState answered = noise.copy();
        answered.mixEphemeral(remote);
        answered.mixKey(sharedEphemeral);
        answered.mixKey(sharedStatic);
        Arrays.fill(sharedEphemeral, (byte) 0);
        Arrays.fill(sharedStatic, (byte) 0);
        if (answered.open(answered.mixPresharedKey(preshared), empty) == null) {
            answered.wipe();
            return null;
        }
        return answered.split();
    }

    void wipe() {
        noise.wipe();
        Arrays.fill(ephemeral, (byte) 0);
    }
}
