// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// BLAKE2s (RFC 7693), plain and keyed, with outputs of 1 to 32 bytes: the protocol's hash, and the
/// MAC of `mac1` and `mac2`.
///
/// An instance is a reusable work area: `begin`, any number of `update`, `finish`, and again. It
/// holds what it hashed until the next `begin`; [#wipe()] forgets it. Nothing is allocated except
/// by the methods that return an array. Not thread-safe.
public final class Blake2s {
    /// Bytes of the longest output, and of the longest key.
    public static final int HASH_LENGTH = 32;

    static final int BLOCK_LENGTH = 64;

    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    /// RFC 7693 section 2.6.
    private static final int[] IV = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
    };

    /// RFC 7693 section 2.7.
    private static final byte[][] SIGMA = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
        {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
        {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
        {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
        {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
        {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
        {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
        {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
        {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
        {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}
    };

    private final int[] h = new int[8];
    private final int[] v = new int[16];
    private final int[] m = new int[16];
    private final byte[] block = new byte[BLOCK_LENGTH];
    private int blockUsed;
    private long hashed;
    private int outputLength;

    public Blake2s() {}

    /// Starts an unkeyed hash.
    ///
    /// @param outputLength bytes that [#finish] will write: 1 to 32
    public Blake2s begin(int outputLength) {
        return begin(outputLength, 0);
    }

    /// Starts a MAC: keyed BLAKE2s, RFC 7693 section 2.9 (not HMAC).
    ///
    /// @param key 1 to 32 bytes; read before this returns
    public Blake2s beginKeyed(int outputLength, byte[] key) {
        if (key.length < 1 || key.length > HASH_LENGTH) {
            throw new IllegalArgumentException(
                    "a BLAKE2s key has 1 to 32 bytes, not " + key.length);
        }
        begin(outputLength, key.length);
        System.arraycopy(key, 0, block, 0, key.length);
        blockUsed = BLOCK_LENGTH;
        return this;
    }

    public Blake2s update(byte[] input) {
        return update(input, 0, input.length);
    }

    public Blake2s update(byte[] input, int from, int length) {
        int at = from;
        int left = length;
        while (left > 0) {
            if (blockUsed == BLOCK_LENGTH) { // the last block waits for finish
                hashed += BLOCK_LENGTH;
                compress(0);
                blockUsed = 0;
            }
            int taken = Math.min(left, BLOCK_LENGTH - blockUsed);
            System.arraycopy(input, at, block, blockUsed, taken);
            blockUsed += taken;
            at += taken;
            left -= taken;
        }
        return this;
    }

    public Blake2s update(byte input) {
        if (blockUsed == BLOCK_LENGTH) {
            hashed += BLOCK_LENGTH;
            compress(0);
            blockUsed = 0;
        }
        block[blockUsed++] = input;
        return this;
    }

    /// Writes the result to `output[at, at + outputLength)`. `output` may be an input.
    public void finish(byte[] output, int at) {
        hashed += blockUsed;
        Arrays.fill(block, blockUsed, BLOCK_LENGTH, (byte) 0);
        compress(-1);
        for (int i = 0; i < outputLength; i++) {
            output[at + i] = (byte) (h[i >>> 2] >>> (8 * (i & 3)));
        }
    }

    /// The result in a new array.
    public byte[] finish() {
        byte[] output = new byte[outputLength];
        finish(output, 0);
        return output;
    }

    /// Overwrites everything that depends on key or input.
    public void wipe() {
        Arrays.fill(h, 0);
        Arrays.fill(v, 0);
        Arrays.fill(m, 0);
        Arrays.fill(block, (byte) 0);
    }

    private Blake2s begin(int outputLength, int keyLength) {
        if (outputLength < 1 || outputLength > HASH_LENGTH) {
            throw new IllegalArgumentException(
                    "a BLAKE2s output has 1 to 32 bytes, not " + outputLength);
        }
        System.arraycopy(IV, 0, h, 0, 8);
        h[0] ^= 0x0101_0000 ^ (keyLength << 8) ^ outputLength;
        Arrays.fill(block, (byte) 0);
        blockUsed = 0;
        hashed = 0;
        this.outputLength = outputLength;
        return this;
    }

    /// The compression function F of RFC 7693 section 3.2.
    ///
    /// @param last all ones for the final block, else 0
    private void compress(int last) {
        for (int i = 0; i < 16; i++) {
            m[i] = (int) INT.get(block, 4 * i);
        }
        System.arraycopy(h, 0, v, 0, 8);
        System.arraycopy(IV, 0, v, 8, 8);
        v[12] ^= (int) hashed;
        v[13] ^= (int) (hashed >>> 32);
        v[14] ^= last;
        for (byte[] s : SIGMA) {
            mix(0, 4, 8, 12, m[s[0]], m[s[1]]);
            mix(1, 5, 9, 13, m[s[2]], m[s[3]]);
            mix(2, 6, 10, 14, m[s[4]], m[s[5]]);
            mix(3, 7, 11, 15, m[s[6]], m[s[7]]);
            mix(0, 5, 10, 15, m[s[8]], m[s[9]]);
            mix(1, 6, 11, 12, m[s[10]], m[s[11]]);
            mix(2, 7, 8, 13, m[s[12]], m[s[13]]);
            mix(3, 4, 9, 14, m[s[14]], m[s[15]]);
        }
        for (int i = 0; i < 8; i++) {
            h[i] ^= v[i] ^ v[i + 8];
        }
    }

    /// The mixing function G of RFC 7693 section 3.1.
    private void mix(int a, int b, int c, int d, int x, int y) {
        v[a] += v[b] + x;
        v[d] = Integer.rotateRight(v[d] ^ v[a], 16);
        v[c] += v[d];
        v[b] = Integer.rotateRight(v[b] ^ v[c], 12);
        v[a] += v[b] + y;
        v[d] = Integer.rotateRight(v[d] ^ v[a], 8);
        v[c] += v[d];
        v[b] = Integer.rotateRight(v[b] ^ v[c], 7);
    }
}
