// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Our own key pair and what is derived from it alone. Immutable until destroyed; the device's
/// identity lock keeps use and destruction apart.
final class Identity {
    final PublicKey publicKey;

    /// The key of mac1 on messages to us.
    final byte[] mac1Key;

    /// Encrypts the cookies that we hand out.
    final byte[] cookieKey;

    private final PrivateKey privateKey;
    private final byte[] secret;

    Identity(PrivateKey privateKey) {
        this.privateKey = privateKey;
        this.secret = privateKey.toBytes();
        this.publicKey = new X25519().publicKey(privateKey);
        this.mac1Key = CookieKeys.mac1Key(publicKey);
        this.cookieKey = CookieKeys.cookieKey(publicKey);
    }

    PrivateKey copyPrivateKey() {
        return new PrivateKey(secret);
    }

    /// The shared secret with `remote`, which the caller wipes; null where `remote` is a point of
    /// small order.
    byte @Nullable [] agree(byte[] remote) {
        byte[] shared = new byte[X25519.LENGTH];
        return new X25519().agree(secret, remote, shared) ? shared : null;
    }

    void destroy() {
        privateKey.destroy();
        Arrays.fill(secret, (byte) 0);
    }
}
