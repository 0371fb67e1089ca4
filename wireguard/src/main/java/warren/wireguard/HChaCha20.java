// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// HChaCha20: a key for the nonce's first 16 bytes, draft-irtf-cfrg-xchacha section 2.2.
final class HChaCha20 {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private HChaCha20() {}

    /// The 32-byte subkey of a 32-byte key and the first 16 bytes of `nonce`; a new array, which
    /// the caller wipes.
    static byte[] subkey(byte[] key, byte[] nonce) {
        int[] s = new int[16];
        s[0] = 0x61707865; // "expand 32-byte k"
        s[1] = 0x3320646e;
        s[2] = 0x79622d32;
        s[3] = 0x6b206574;
        for (int i = 0; i < 8; i++) {
            s[4 + i] = (int) INT.get(key, 4 * i);
        }
        for (int i = 0; i < 4; i++) {
            s[12 + i] = (int) INT.get(nonce, 4 * i);
        }
        for (int i = 0; i < 10; i++) {
            doubleRound(s);
        }
        byte[] subkey = new byte[32];
        for (int i = 0; i < 4; i++) {
            INT.set(subkey, 4 * i, s[i]);
            INT.set(subkey, 16 + 4 * i, s[12 + i]);
        }
        Arrays.fill(s, 0);
        return subkey;
    }

    private static void doubleRound(int[] s) {
        quarterRound(s, 0, 4, 8, 12);
        quarterRound(s, 1, 5, 9, 13);
        quarterRound(s, 2, 6, 10, 14);
        quarterRound(s, 3, 7, 11, 15);
        quarterRound(s, 0, 5, 10, 15);
        quarterRound(s, 1, 6, 11, 12);
        quarterRound(s, 2, 7, 8, 13);
        quarterRound(s, 3, 4, 9, 14);
    }

    /// RFC 8439 section 2.1.
    private static void quarterRound(int[] s, int a, int b, int c, int d) {
        s[a] += s[b];
        s[d] = Integer.rotateLeft(s[d] ^ s[a], 16);
        s[c] += s[d];
        s[b] = Integer.rotateLeft(s[b] ^ s[c], 12);
        s[a] += s[b];
        s[d] = Integer.rotateLeft(s[d] ^ s[a], 8);
        s[c] += s[d];
        s[b] = Integer.rotateLeft(s[b] ^ s[c], 7);
    }
}
