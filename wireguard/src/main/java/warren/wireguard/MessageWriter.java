// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Fills one handshake message, field by field at the offsets of [MessageLayout].
final class MessageWriter {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] message;

    private MessageWriter(byte[] message) {
        this.message = message;
    }

    static MessageWriter of(int type, int length) {
        return into(new byte[length], type);
    }

    static MessageWriter into(byte[] message, int type) {
        return new MessageWriter(message).put(MessageLayout.TYPE, type);
    }

    static int readInt(byte[] message, int at) {
        return (int) INT.get(message, at);
    }

    MessageWriter put(int at, int value) {
        INT.set(message, at, value);
        return this;
    }

    MessageWriter put(int at, byte[] field) {
        return put(at, field, 0, field.length);
    }

    MessageWriter put(int at, byte[] from, int start, int length) {
        System.arraycopy(from, start, message, at, length);
        return this;
    }

    /// The message; no copy.
    byte[] bytes() {
        return message;
    }
}
