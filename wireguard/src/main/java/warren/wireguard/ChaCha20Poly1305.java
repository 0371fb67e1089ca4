// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import org.jspecify.annotations.Nullable;

/// ChaCha20-Poly1305 (RFC 8439) and XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha) over whole byte
/// arrays, by the JDK's provider: for the few hundred bytes of a handshake or a cookie. Transport
/// data goes through [Aead]. Stateless and thread-safe.
public final class ChaCha20Poly1305 {
    /// Bytes of a key.
    public static final int KEY_LENGTH = 32;

    /// Bytes of the Poly1305 tag, which follows the ciphertext.
    public static final int TAG_LENGTH = 16;

    /// Bytes of XChaCha20's nonce, long enough to be drawn at random.
    public static final int XNONCE_LENGTH = 24;

    static final int NONCE_LENGTH = 12;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private ChaCha20Poly1305() {}

    /// Ciphertext and tag, under the nonce of 32 zero bits and the little-endian `counter`
    /// (whitepaper section 5.4).
    public static byte[] seal(byte[] key, long counter, byte[] plaintext, byte[] additional) {
        byte[] sealed = run(Cipher.ENCRYPT_MODE, key, nonce(counter), plaintext, additional);
        if (sealed == null) {
            throw new IllegalStateException("sealing does not check tags");
        }
        return sealed;
    }

    /// The plaintext; null where `sealed` is shorter than a tag or its tag is wrong.
    public static byte @Nullable [] open(
            byte[] key, long counter, byte[] sealed, byte[] additional) {
        return run(Cipher.DECRYPT_MODE, key, nonce(counter), sealed, additional);
    }

    /// Ciphertext and tag, under a nonce of 24 bytes.
    public static byte[] sealExtended(
            byte[] key, byte[] nonce, byte[] plaintext, byte[] additional) {
        byte[] sealed = runExtended(Cipher.ENCRYPT_MODE, key, nonce, plaintext, additional);
        if (sealed == null) {
            throw new IllegalStateException("sealing does not check tags");
        }
        return sealed;
    }

    /// The plaintext; null where `sealed` is shorter than a tag or its tag is wrong.
    public static byte @Nullable [] openExtended(
            byte[] key, byte[] nonce, byte[] sealed, byte[] additional) {
        return runExtended(Cipher.DECRYPT_MODE, key, nonce, sealed, additional);
    }

    static byte[] nonce(long counter) {
        byte[] nonce = new byte[NONCE_LENGTH];
        LONG.set(nonce, 4, counter);
        return nonce;
    }

    private static byte @Nullable [] runExtended(
            int mode, byte[] key, byte[] nonce, byte[] input, byte[] additional) {
        if (nonce.length != XNONCE_LENGTH) {
            throw new IllegalArgumentException("an XChaCha20 nonce has 24 bytes");
        }
        byte[] subkey = HChaCha20.subkey(key, nonce);
        byte[] tail = nonce((long) LONG.get(nonce, 16));
        try {
            return run(mode, subkey, tail, input, additional);
        } finally {
            Arrays.fill(subkey, (byte) 0);
        }
    }

    private static byte @Nullable [] run(
            int mode, byte[] key, byte[] nonce, byte[] input, byte[] additional) {
        if (mode == Cipher.DECRYPT_MODE && input.length < TAG_LENGTH) {
            return null;
        }
        ChaChaKey secret = new ChaChaKey(key);
        try {
            Cipher cipher = Cipher.getInstance(JceAead.TRANSFORMATION);
            cipher.init(mode, secret, new IvParameterSpec(nonce));
            cipher.updateAAD(additional);
            return cipher.doFinal(input);
        } catch (AEADBadTagException _) { // bytes from a stranger: a value, not an error
            return null;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("ChaCha20-Poly1305 with a 32-byte key", e);
        } finally {
            secret.destroy();
        }
    }
}
