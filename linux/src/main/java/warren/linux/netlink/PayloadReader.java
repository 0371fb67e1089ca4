// SPDX-License-Identifier: Apache-2.0
package warren.linux.netlink;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads a family's fixed structure field by field, then hands over to its attributes.
///
/// The first error sticks, in this reader and in every reader made from it: from then on numbers
/// read as 0 and attributes as ended, so a decoder checks `malformed()` once at its end. Nothing
/// here throws, whatever the bytes. Confined to one thread.
public final class PayloadReader {
    static final VarHandle U16 =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.nativeOrder());
    static final VarHandle U32 =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
    static final VarHandle U64 =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    /// The error shared by all readers over one message.
    static final class Failure {
        private @Nullable Malformed first;

        void set(Malformed reason) {
            if (first == null) {
                first = reason;
            }
        }

        @Nullable Malformed first() {
            return first;
        }
    }

    private final byte[] data;
    private final int end;
    private final Failure failure;
    private int position;

    /// @param length must not reach beyond `data`: checked by who cut the message out
    PayloadReader(byte[] data, int offset, int length, Failure failure) {
        this.data = data;
        this.position = offset;
        this.end = offset + length;
        this.failure = failure;
    }

    /// A reader over all of `data`, with an error state of its own.
    public static PayloadReader of(byte[] data) {
        return new PayloadReader(data, 0, data.length, new Failure());
    }

    public int field8() {
        return take(1) ? data[position - 1] & 0xff : 0;
    }

    public int field16() {
        return take(2) ? (short) U16.get(data, position - 2) & 0xffff : 0;
    }

    public int field32() {
        return take(4) ? (int) U32.get(data, position - 4) : 0;
    }

    /// The next `count` bytes; empty when there are not so many.
    public byte[] fieldBytes(int count) {
        return take(count) ? Arrays.copyOfRange(data, position - count, position) : new byte[0];
    }

    /// An address of four or sixteen bytes; null and an error for any other length. An IPv4-mapped
    /// address stays IPv6.
    public @Nullable InetAddress fieldAddress(int length) {
        if (length != 4 && length != 16) {
            failure.set(Malformed.VALUE_LENGTH);
            return null;
        }
        byte[] bytes = fieldBytes(length);
        if (failure.first() != null) {
            return null;
        }
        try {
            return length == 4
                    ? InetAddress.getByAddress(bytes)
                    : Inet6Address.getByAddress(null, bytes, -1);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + length + " bytes", e);
        }
    }

    public void skip(int count) {
        take(count);
    }

    /// The rest, as attributes.
    public AttributeReader attributes() {
        int start = Math.min(end, NetlinkConstants.align(position));
        return new AttributeReader(data, start, end - start, failure);
    }

    /// Why the message cannot be used, or null while everything read was sound.
    public @Nullable Malformed malformed() {
        return failure.first();
    }

    /// For a decoder that finds a value of the right size meaningless.
    public void fail(Malformed reason) {
        failure.set(reason);
    }

    private boolean take(int count) {
        if (failure.first() != null) {
            return false;
        }
        if (count < 0 || count > end - position) {
            failure.set(Malformed.FIELD_TRUNCATED);
            return false;
        }
        position += count;
        return true;
    }
}
