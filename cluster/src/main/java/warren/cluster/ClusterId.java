// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.random.RandomGenerator;

/// The 40 random bits that tell clusters apart: drawn once by `warren init`, part of every node
/// address. Not secret. Immutable.
///
/// @param bits the id in the low 40 bits
public record ClusterId(long bits) {
    /// Bytes of the id: the global id of an RFC 4193 prefix.
    public static final int LENGTH = 5;

    public ClusterId {
        if (bits >>> (8 * LENGTH) != 0) {
            throw new IllegalArgumentException("a cluster id has 40 bits");
        }
    }

    public static ClusterId random(RandomGenerator random) {
        return new ClusterId(random.nextLong() >>> (64 - 8 * LENGTH));
    }

    /// Reads the ten hexadecimal digits that [#toString()] writes.
    ///
    /// @throws IllegalArgumentException naming the text where it is not a cluster id
    public static ClusterId parse(String text) {
        if (!text.matches("[0-9a-f]{10}")) {
            throw new IllegalArgumentException(
                    "not a cluster id (ten hexadecimal digits): " + text);
        }
        return new ClusterId(Long.parseLong(text, 16));
    }

    /// @param bytes five bytes, most significant first
    public static ClusterId of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a cluster id has 5 bytes, not " + bytes.length);
        }
        long bits = 0;
        for (byte b : bytes) {
            bits = (bits << 8) | (b & 0xff);
        }
        return new ClusterId(bits);
    }

    /// Five bytes, most significant first; a new array.
    public byte[] toBytes() {
        byte[] bytes = new byte[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            bytes[i] = (byte) (bits >>> (8 * (LENGTH - 1 - i)));
        }
        return bytes;
    }

    /// Ten hexadecimal digits.
    @Override
    public String toString() {
        return String.format("%010x", bits);
    }
}
