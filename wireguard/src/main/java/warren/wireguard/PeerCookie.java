// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The MACs of our handshake messages to one peer, and the cookie it may have given us for them.
/// Guarded by the peer's lock.
final class PeerCookie {
    private final byte[] mac1Key;
    private final byte[] cookieKey;
    private final byte[] lastMac1 = new byte[MessageLayout.MAC];
    private boolean awaitsReply;
    private byte[] cookie = new byte[0];
    private long receivedNanos;

    PeerCookie(PublicKey peer) {
        this.mac1Key = CookieKeys.mac1Key(peer);
        this.cookieKey = CookieKeys.cookieKey(peer);
    }

    /// Fills in mac1 at `mac1At`, and behind it mac2 where there is a fresh cookie, else zeros.
    void addMacs(byte[] message, int mac1At, long nowNanos) {
        byte[] mac1 = CookieKeys.mac(mac1Key, message, mac1At);
        System.arraycopy(mac1, 0, message, mac1At, mac1.length);
        System.arraycopy(mac1, 0, lastMac1, 0, mac1.length);
        awaitsReply = true;
        if (hasFreshCookie(nowNanos)) {
            int mac2At = mac1At + MessageLayout.MAC;
            byte[] mac2 = CookieKeys.mac(cookie, message, mac2At);
            System.arraycopy(mac2, 0, message, mac2At, mac2.length);
        }
    }

    /// Takes the cookie out of a cookie reply.
    ///
    /// @return null when taken, else why not
    @Nullable Drop accept(byte[] reply, long nowNanos) {
        if (!awaitsReply) {
            return Drop.UNEXPECTED;
        }
        byte[] nonce =
                Arrays.copyOfRange(reply, MessageLayout.COOKIE_NONCE, MessageLayout.COOKIE_SEALED);
        byte[] sealed =
                Arrays.copyOfRange(
                        reply, MessageLayout.COOKIE_SEALED, MessageLayout.COOKIE_REPLY_LENGTH);
        byte[] opened = ChaCha20Poly1305.openExtended(cookieKey, nonce, sealed, lastMac1);
        if (opened == null) {
            return Drop.BAD_COOKIE;
        }
        awaitsReply = false;
        cookie = opened;
        receivedNanos = nowNanos;
        return null;
    }

    void forget() {
        Arrays.fill(cookie, (byte) 0);
        cookie = new byte[0];
        awaitsReply = false;
    }

    private boolean hasFreshCookie(long nowNanos) {
        return cookie.length > 0
                && nowNanos - receivedNanos
                        < ProtocolConstants.COOKIE_LIFETIME - ProtocolConstants.COOKIE_LATENCY;
    }
}
