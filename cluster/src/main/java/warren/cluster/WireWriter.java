// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.Arrays;

/// Builds the module's binary forms: big-endian numbers, growing as needed. [#wipe()] where
/// secrets went through.
final class WireWriter {
    private byte[] bytes;
    private int length;

    WireWriter() {
        this(256);
    }

    /// @param expected how many bytes there will be, more or less
    WireWriter(int expected) {
        bytes = new byte[expected];
    }

    WireWriter u8(int value) {
        room(1);
        bytes[length++] = (byte) value;
        return this;
    }

    WireWriter u16(int value) {
        room(2);
        bytes[length++] = (byte) (value >>> 8);
        bytes[length++] = (byte) value;
        return this;
    }

    WireWriter u32(int value) {
        room(4);
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (value >>> shift);
        }
        return this;
    }

    WireWriter u64(long value) {
        room(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (value >>> shift);
        }
        return this;
    }

    /// A number of 0 to 63 bits, seven bits a byte, the least significant first.
    WireWriter varint(long value) {
        long left = value;
        while (left >>> 7 != 0) {
            u8((int) (left & 0x7f) | 0x80);
            left >>>= 7;
        }
        return u8((int) left);
    }

    /// How long [#varint] makes a number.
    static int varintLength(long value) {
        return Math.max(1, (70 - Long.numberOfLeadingZeros(value)) / 7);
    }

    WireWriter put(byte[] value) {
        room(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
        return this;
    }

    /// `count` bytes of `value` from `from` on.
    WireWriter put(byte[] value, int from, int count) {
        room(count);
        System.arraycopy(value, from, bytes, length, count);
        length += count;
        return this;
    }

    /// All that was written to `other`.
    WireWriter put(WireWriter other) {
        return put(other.bytes, 0, other.length);
    }

    /// Ten bytes.
    WireWriter put(NodeId id) {
        return u16(id.high()).u64(id.low());
    }

    /// A field: tag, length of 16 bits, value.
    WireWriter field(int tag, byte[] value) {
        return u8(tag).u16(value.length).put(value);
    }

    int length() {
        return length;
    }

    /// A copy of what was written.
    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    void wipe() {
        Arrays.fill(bytes, (byte) 0);
        length = 0;
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            byte[] old = bytes;
            bytes = Arrays.copyOf(old, Math.max(2 * old.length, length + more));
            Arrays.fill(old, (byte) 0);
        }
    }
}
