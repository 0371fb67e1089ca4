// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.Arrays;

/// Makes cookies and recognises them: under load a sender must echo one, which only works for who
/// receives at the address it claims. Whitepaper sections 5.3 and 5.4.7. Guarded by itself.
final class CookieIssuer {
    private final RandomSource random;
    private final byte[] secret = new byte[Blake2s.HASH_LENGTH];
    private long secretMadeNanos;
    private boolean hasSecret;

    CookieIssuer(RandomSource random) {
        this.random = random;
    }

    /// Whether mac2, which stands at `mac2At` of `message`, was made with the cookie of `source`.
    synchronized boolean accepts(byte[] message, int mac2At, Endpoint source, long nowNanos) {
        byte[] cookie = cookie(source, nowNanos);
        boolean valid = CookieKeys.hasMac(cookie, message, mac2At);
        Arrays.fill(cookie, (byte) 0);
        return valid;
    }

    /// The cookie reply to `message`, whose mac1 stands at `mac1At`.
    synchronized byte[] reply(
            Identity self, byte[] message, int mac1At, Endpoint source, long nowNanos) {
        byte[] nonce = new byte[MessageLayout.COOKIE_NONCE_LENGTH];
        random.fill(nonce);
        byte[] cookie = cookie(source, nowNanos);
        byte[] mac1 = Arrays.copyOfRange(message, mac1At, mac1At + MessageLayout.MAC);
        byte[] sealed = ChaCha20Poly1305.sealExtended(self.cookieKey, nonce, cookie, mac1);
        Arrays.fill(cookie, (byte) 0);
        return MessageWriter.of(MessageLayout.TYPE_COOKIE_REPLY, MessageLayout.COOKIE_REPLY_LENGTH)
                .put(MessageLayout.COOKIE_RECEIVER, message, MessageLayout.SENDER, 4)
                .put(MessageLayout.COOKIE_NONCE, nonce)
                .put(MessageLayout.COOKIE_SEALED, sealed)
                .bytes();
    }

    private byte[] cookie(Endpoint source, long nowNanos) {
        if (!hasSecret || nowNanos - secretMadeNanos >= ProtocolConstants.COOKIE_LIFETIME) {
            random.fill(secret);
            secretMadeNanos = nowNanos;
            hasSecret = true;
        }
        return new Blake2s()
                .beginKeyed(MessageLayout.COOKIE_LENGTH, secret)
                .update(source.address().toBytes())
                .update((byte) (source.port() >>> 8))
                .update((byte) source.port())
                .finish();
    }
}
