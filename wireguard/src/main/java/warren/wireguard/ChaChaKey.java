// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.Arrays;
import javax.crypto.SecretKey;

/// A ChaCha20 key in the JDK's terms that, unlike `SecretKeySpec`, can be wiped.
final class ChaChaKey implements SecretKey {
    private static final long serialVersionUID = 1;

    private final transient byte[] bytes;

    /// @param bytes copied
    ChaChaKey(byte[] bytes) {
        if (bytes.length != ChaCha20Poly1305.KEY_LENGTH) {
            throw new IllegalArgumentException("a ChaCha20 key has 32 bytes, not " + bytes.length);
        }
        this.bytes = bytes.clone();
    }

    @Override
    public String getAlgorithm() {
        return "ChaCha20";
    }

    @Override
    public String getFormat() {
        return "RAW";
    }

    @Override
    public byte[] getEncoded() {
        return bytes.clone();
    }

    @Override
    public void destroy() {
        Arrays.fill(bytes, (byte) 0);
    }
}
