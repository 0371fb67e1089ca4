// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/// Writes UAPI lines into memory of its own, which is wiped when it grows and when it is closed
/// because lines carry keys. Confined to the thread that made it.
final class UapiOutput implements AutoCloseable {
    private byte[] buffer = new byte[4096];
    private int length;

    void line(UapiKey key, String value) {
        text(key.text);
        text("=");
        text(value);
        end();
    }

    void line(UapiKey key, long value) {
        line(key, Long.toUnsignedString(value));
    }

    void flag(UapiKey key) {
        line(key, "true");
    }

    /// Writes 32 bytes as hexadecimal and wipes them.
    void key32(UapiKey key, byte[] bytes) {
        text(key.text);
        text("=");
        reserve(2 * bytes.length);
        HexFormat hex = HexFormat.of();
        for (byte b : bytes) {
            buffer[length++] = (byte) hex.toHighHexDigit(b);
            buffer[length++] = (byte) hex.toLowHexDigit(b);
        }
        end();
        Arrays.fill(bytes, (byte) 0);
    }

    /// Ends the line as it is; alone, ends the request or answer.
    void end() {
        text("\n");
    }

    void text(String ascii) {
        byte[] bytes = ascii.getBytes(StandardCharsets.ISO_8859_1);
        reserve(bytes.length);
        System.arraycopy(bytes, 0, buffer, length, bytes.length);
        length += bytes.length;
    }

    /// What was written: a view that is wiped with this object.
    ByteBuffer bytes() {
        return ByteBuffer.wrap(buffer, 0, length);
    }

    @Override
    public void close() {
        Arrays.fill(buffer, (byte) 0);
        length = 0;
    }

    private void reserve(int more) {
        if (length + more > buffer.length) {
            byte[] larger = Arrays.copyOf(buffer, Math.max(2 * buffer.length, length + more));
            Arrays.fill(buffer, (byte) 0);
            buffer = larger;
        }
    }
}
