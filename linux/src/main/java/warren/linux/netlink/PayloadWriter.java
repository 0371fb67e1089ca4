// SPDX-License-Identifier: Apache-2.0
package warren.linux.netlink;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/// Writes what follows a netlink message header: the family's fixed structure, then attributes.
///
/// ```
///  0               1               2               3
///  |     nla_len (header and value)|          nla_type             |
///  |     value, padded with zeros to a multiple of four ...        |
/// ```
///
/// Numbers are in the host's byte order unless a method says otherwise. A value that does not fit
/// its attribute is our bug and throws `IllegalArgumentException`. Confined to one thread.
public final class PayloadWriter {
    private static final VarHandle U16 =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.nativeOrder());
    private static final VarHandle U32 =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final VarHandle U64 =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private byte[] buffer = new byte[128];
    private int length;

    /// Starts with nothing written.
    public PayloadWriter() {}

    /// Fields of the fixed structure, in the order of the C declaration, padding included.
    public PayloadWriter field8(int value) {
        buffer[reserve(1)] = (byte) value;
        return this;
    }

    public PayloadWriter field16(int value) {
        int at = reserve(2);
        U16.set(buffer, at, (short) value);
        return this;
    }

    public PayloadWriter field32(int value) {
        int at = reserve(4);
        U32.set(buffer, at, value);
        return this;
    }

    public PayloadWriter u8(int type, int value) {
        int at = attribute(type, 1);
        buffer[at] = (byte) value;
        return this;
    }

    public PayloadWriter u16(int type, int value) {
        int at = attribute(type, 2);
        U16.set(buffer, at, (short) value);
        return this;
    }

    /// A `__be16`, such as a UDP port.
    public PayloadWriter big16(int type, int value) {
        int at = attribute(type, 2);
        buffer[at] = (byte) (value >>> 8);
        buffer[at + 1] = (byte) value;
        return this;
    }

    public PayloadWriter u32(int type, int value) {
        int at = attribute(type, 4);
        U32.set(buffer, at, value);
        return this;
    }

    public PayloadWriter u64(int type, long value) {
        int at = attribute(type, 8);
        U64.set(buffer, at, value);
        return this;
    }

    public PayloadWriter bytes(int type, byte[] value) {
        int at = attribute(type, value.length);
        System.arraycopy(value, 0, buffer, at, value.length);
        return this;
    }

    /// UTF-8 with the closing zero byte that `NLA_NUL_STRING` wants.
    public PayloadWriter string(int type, String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        return bytes(type, Arrays.copyOf(text, text.length + 1));
    }

    /// An attribute that says something by being there.
    public PayloadWriter flag(int type) {
        attribute(type, 0);
        return this;
    }

    /// An attribute whose value is attributes, marked `NLA_F_NESTED`. The content may start with
    /// fields of its own, as `VETH_INFO_PEER` does.
    public PayloadWriter nested(int type, Consumer<PayloadWriter> content) {
        int valueAt = attribute(type | NetlinkConstants.NLA_F_NESTED, 0);
        content.accept(this);
        int headerAt = valueAt - NetlinkConstants.NLA_HDRLEN;
        U16.set(buffer, headerAt, (short) checkedLength(length - headerAt));
        return this;
    }

    /// A copy of what was written.
    public byte[] toByteArray() {
        return Arrays.copyOf(buffer, length);
    }

    /// Writes a header and the padding of its value, and returns where the value goes.
    private int attribute(int type, int valueLength) {
        int total = checkedLength(NetlinkConstants.NLA_HDRLEN + valueLength);
        reserve(NetlinkConstants.align(length) - length);
        int at = reserve(NetlinkConstants.align(total));
        U16.set(buffer, at, (short) total);
        U16.set(buffer, at + 2, (short) type);
        return at + NetlinkConstants.NLA_HDRLEN;
    }

    private static int checkedLength(int total) {
        if (total > NetlinkConstants.NLA_MAX_LENGTH) {
            throw new IllegalArgumentException("netlink attribute of " + total + " bytes");
        }
        return total;
    }

    private int reserve(int count) {
        int at = length;
        if (at + count > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, at + count));
        }
        length = at + count;
        return at;
    }
}
