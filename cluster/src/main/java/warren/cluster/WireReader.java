// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.Arrays;

/// Reads what [WireWriter] wrote, from anybody. The error is sticky: past the end, and after any
/// failure, every read gives zero and [#failed()] stays true, so a parser checks once, but
/// before it sizes or keeps anything.
final class WireReader {
    private final byte[] bytes;
    private final int end;
    private int at;
    private boolean failed;

    WireReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    WireReader(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    boolean failed() {
        return failed;
    }

    int remaining() {
        return failed ? 0 : end - at;
    }

    /// Whether everything was read and nothing was wrong.
    boolean isDone() {
        return !failed && at == end;
    }

    /// Makes the error stick: what was read makes no sense.
    void fail() {
        failed = true;
    }

    int u8() {
        return has(1) ? bytes[at++] & 0xff : 0;
    }

    int u16() {
        return (int) number(2);
    }

    int u32() {
        return (int) number(4);
    }

    long u64() {
        return number(8);
    }

    /// Fails too where the number is not in its shortest form, or has more than 63 bits.
    long varint() {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int next = u8();
            value |= (long) (next & 0x7f) << shift;
            if ((next & 0x80) == 0) {
                if (next == 0 && shift > 0) {
                    failed = true;
                }
                return failed ? 0 : value;
            }
        }
        failed = true;
        return 0;
    }

    /// Ten bytes; zeros where there are not so many.
    NodeId id() {
        int high = u16();
        return new NodeId(high, u64());
    }

    /// A copy of the next `length` bytes; empty where there are not so many.
    byte[] take(int length) {
        if (!has(length)) {
            return new byte[0];
        }
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    /// A reader of the next `length` bytes alone.
    WireReader slice(int length) {
        if (!has(length)) {
            WireReader empty = new WireReader(bytes, at, at);
            empty.failed = true;
            return empty;
        }
        at += length;
        return new WireReader(bytes, at - length, at);
    }

    private long number(int length) {
        long value = 0;
        if (has(length)) {
            for (int i = 0; i < length; i++) {
                value = (value << 8) | (bytes[at++] & 0xff);
            }
        }
        return value;
    }

    private boolean has(int length) {
        if (failed || length < 0 || length > end - at) {
            failed = true;
        }
        return !failed;
    }
}
