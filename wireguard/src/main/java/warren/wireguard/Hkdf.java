// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.Arrays;

/// HMAC over BLAKE2s (RFC 2104, block of 64 bytes) and the key derivations `Kdf1`, `Kdf2` and
/// `Kdf3` of whitepaper section 5.4, which are HKDF (RFC 5869) with an empty info.
///
/// Outputs have 32 bytes, are written last, and may be the arrays that were inputs: a chaining key
/// is advanced in place. A reusable work area like [Blake2s]; [#wipe()] forgets what it saw. Not
/// thread-safe.
public final class Hkdf {
    private static final int LENGTH = Blake2s.HASH_LENGTH;
    private static final byte[] EMPTY = {};

    private final Blake2s hash = new Blake2s();
    private final byte[] pad = new byte[Blake2s.BLOCK_LENGTH];
    private final byte[] inner = new byte[LENGTH];
    private final byte[] extracted = new byte[LENGTH];
    private final byte[] expanded = new byte[3 * LENGTH];

    public Hkdf() {}

    /// `Hmac(key, input)` into `output`.
    ///
    /// @param key at most 64 bytes
    public void hmac(byte[] key, byte[] input, byte[] output) {
        hmac(key, input, 0, input.length, (byte) 0, output, 0);
    }

    /// `output := Kdf1(key, input)`.
    public void kdf1(byte[] key, byte[] input, byte[] output) {
        expand(key, input, 1);
        System.arraycopy(expanded, 0, output, 0, LENGTH);
    }

    /// `(first, second) := Kdf2(key, input)`.
    public void kdf2(byte[] key, byte[] input, byte[] first, byte[] second) {
        expand(key, input, 2);
        System.arraycopy(expanded, 0, first, 0, LENGTH);
        System.arraycopy(expanded, LENGTH, second, 0, LENGTH);
    }

    /// `(first, second, third) := Kdf3(key, input)`.
    public void kdf3(byte[] key, byte[] input, byte[] first, byte[] second, byte[] third) {
        expand(key, input, 3);
        System.arraycopy(expanded, 0, first, 0, LENGTH);
        System.arraycopy(expanded, LENGTH, second, 0, LENGTH);
        System.arraycopy(expanded, 2 * LENGTH, third, 0, LENGTH);
    }

    /// Overwrites everything that depends on a key.
    public void wipe() {
        hash.wipe();
        Arrays.fill(pad, (byte) 0);
        Arrays.fill(inner, (byte) 0);
        Arrays.fill(extracted, (byte) 0);
        Arrays.fill(expanded, (byte) 0);
    }

    private void expand(byte[] key, byte[] input, int count) {
        hmac(key, input, 0, input.length, (byte) 0, extracted, 0);
        hmac(extracted, EMPTY, 0, 0, (byte) 1, expanded, 0);
        for (int i = 1; i < count; i++) {
            hmac(
                    extracted,
                    expanded,
                    (i - 1) * LENGTH,
                    LENGTH,
                    (byte) (i + 1),
                    expanded,
                    i * LENGTH);
        }
    }

    /// @param suffix one more input byte; 0 for none
    private void hmac(
            byte[] key, byte[] in, int from, int length, byte suffix, byte[] output, int at) {
        if (key.length > Blake2s.BLOCK_LENGTH) {
            throw new IllegalArgumentException("an HMAC key has at most 64 bytes");
        }
        fillPad(key, (byte) 0x36);
        hash.begin(LENGTH).update(pad).update(in, from, length);
        if (suffix != 0) {
            hash.update(suffix);
        }
        hash.finish(inner, 0);
        fillPad(key, (byte) 0x5c);
        hash.begin(LENGTH).update(pad).update(inner).finish(output, at);
    }

    private void fillPad(byte[] key, byte value) {
        Arrays.fill(pad, value);
        for (int i = 0; i < key.length; i++) {
            pad[i] ^= key[i];
        }
    }
}
