// SPDX-License-Identifier: Apache-2.0
package warren.linux.netlink;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Walks a list of attributes: `while (a.next()) switch (a.type()) { case IFLA_MTU -> a.u32() … }`.
///
/// A value accessor checks the length of the value it reads; the first error sticks and ends the
/// walk (see `PayloadReader`). Attributes that are not asked for are skipped whatever they hold, so
/// newer kernels may add to a message. Confined to one thread.
public final class AttributeReader {
    private static final byte[] NOTHING = new byte[0];

    private final byte[] data;
    private final int end;
    private final PayloadReader.Failure failure;
    private int next;
    private int type;
    private int valueAt;
    private int valueLength;

    AttributeReader(byte[] data, int offset, int length, PayloadReader.Failure failure) {
        this.data = data;
        this.next = offset;
        this.end = offset + length;
        this.failure = failure;
    }

    /// Steps to the next attribute; false at the end of the list and after an error.
    public boolean next() {
        if (failure.first() != null || next >= end) {
            return false;
        }
        int left = end - next;
        if (left < NetlinkConstants.NLA_HDRLEN) {
            return fails(Malformed.ATTRIBUTE_TRUNCATED);
        }
        int total = (short) PayloadReader.U16.get(data, next) & 0xffff;
        if (total < NetlinkConstants.NLA_HDRLEN || total > left) {
            return fails(Malformed.ATTRIBUTE_LENGTH);
        }
        type = (short) PayloadReader.U16.get(data, next + 2) & NetlinkConstants.NLA_TYPE_MASK;
        valueAt = next + NetlinkConstants.NLA_HDRLEN;
        valueLength = total - NetlinkConstants.NLA_HDRLEN;
        next += Math.min(left, NetlinkConstants.align(total));
        return true;
    }

    /// The current attribute's type without `NLA_F_NESTED` and `NLA_F_NET_BYTEORDER`.
    public int type() {
        return type;
    }

    public int valueLength() {
        return valueLength;
    }

    public int u8() {
        return sized(1) ? data[valueAt] & 0xff : 0;
    }

    public int u16() {
        return sized(2) ? (short) PayloadReader.U16.get(data, valueAt) & 0xffff : 0;
    }

    /// A `__be16`.
    public int big16() {
        return sized(2) ? ((data[valueAt] & 0xff) << 8) | (data[valueAt + 1] & 0xff) : 0;
    }

    public int u32() {
        return sized(4) ? (int) PayloadReader.U32.get(data, valueAt) : 0;
    }

    public long u64() {
        return sized(8) ? (long) PayloadReader.U64.get(data, valueAt) : 0;
    }

    public byte[] bytes() {
        return failure.first() == null
                ? Arrays.copyOfRange(data, valueAt, valueAt + valueLength)
                : NOTHING;
    }

    /// Text up to the first zero byte or the end of the value. Bytes that are not UTF-8 become
    /// U+FFFD: interface names are bytes, and may be any.
    public String string() {
        byte[] text = bytes();
        int length = 0;
        while (length < text.length && text[length] != 0) {
            length++;
        }
        return new String(text, 0, length, StandardCharsets.UTF_8);
    }

    /// An IPv4 or IPv6 address by the length of the value. An IPv4-mapped address stays IPv6.
    public @Nullable InetAddress address() {
        return structure().fieldAddress(valueLength);
    }

    /// The value as a list of attributes.
    public AttributeReader nested() {
        return new AttributeReader(data, valueAt, valueLength, failure);
    }

    /// The value as a fixed structure, possibly followed by attributes.
    public PayloadReader structure() {
        return new PayloadReader(data, valueAt, valueLength, failure);
    }

    /// Why the message cannot be used, or null while everything read was sound.
    public @Nullable Malformed malformed() {
        return failure.first();
    }

    /// For a decoder that finds a value of the right size meaningless.
    public void fail(Malformed reason) {
        failure.set(reason);
    }

    private boolean sized(int size) {
        if (failure.first() != null) {
            return false;
        }
        return valueLength == size || fails(Malformed.VALUE_LENGTH);
    }

    private boolean fails(Malformed reason) {
        failure.set(reason);
        return false;
    }
}
