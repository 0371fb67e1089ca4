// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Lines of a UAPI stream, one at a time, out of buffers that are wiped behind it because lines
/// carry keys. Confined to the thread that reads the connection.
final class UapiInput implements AutoCloseable {
    enum Kind {
        /// A complete line with something in it.
        LINE,
        /// An empty line: the end of a request or answer.
        BLANK,
        /// The end of the stream between two lines.
        END,
        /// The end of the stream within a line.
        CUT,
        /// A line longer than [UapiLimits#LINE_BYTES]; the stream is of no further use.
        TOO_LONG
    }

    private final InputStream in;
    private final byte[] buffer = new byte[8192];
    private final byte[] line = new byte[UapiLimits.LINE_BYTES];
    private int position;
    private int limit;
    private int length;
    private long consumed;

    UapiInput(InputStream in) {
        this.in = in;
    }

    /// Moves to the next line; the one before is wiped.
    Kind next() throws IOException {
        Arrays.fill(line, 0, length, (byte) 0);
        length = 0;
        while (true) {
            if (position == limit && !refill()) {
                return length == 0 ? Kind.END : Kind.CUT;
            }
            byte b = buffer[position];
            buffer[position++] = 0;
            consumed++;
            if (b == '\n') {
                return length == 0 ? Kind.BLANK : Kind.LINE;
            }
            if (length == line.length) {
                return Kind.TOO_LONG;
            }
            line[length++] = b;
        }
    }

    /// Bytes read since the start of the stream, for a caller that limits a request.
    long consumed() {
        return consumed;
    }

    /// Whether the current line has these ASCII characters, no more and no fewer.
    boolean is(String text) {
        if (length != text.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (line[i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// Whether the current line is of the form `key=value`.
    boolean isPair() {
        return equalsSign() >= 0;
    }

    /// The name before the `=`; null where it is none of ours.
    @Nullable UapiKey key() {
        return UapiKey.of(
                new String(line, 0, Math.max(0, equalsSign()), StandardCharsets.ISO_8859_1));
    }

    /// What follows the `=`; for values that are not secret.
    String value() {
        int from = equalsSign() + 1;
        return new String(line, from, length - from, StandardCharsets.ISO_8859_1);
    }

    /// The value as 32 bytes of hexadecimal, which the caller wipes; null where it is not.
    byte @Nullable [] key32() {
        int from = equalsSign() + 1;
        if (length - from != 64) {
            return null;
        }
        byte[] key = new byte[32];
        int wrong = 0;
        for (int i = 0; i < 32; i++) {
            int high = Character.digit(line[from + 2 * i], 16);
            int low = Character.digit(line[from + 2 * i + 1], 16);
            wrong |= high | low; // negative where one was no digit
            key[i] = (byte) (high << 4 | low);
        }
        return wrong < 0 ? null : key;
    }

    /// Wipes what was read; the stream is its owner's to close.
    @Override
    public void close() {
        Arrays.fill(buffer, (byte) 0);
        Arrays.fill(line, (byte) 0);
        position = limit;
    }

    private int equalsSign() {
        for (int i = 0; i < length; i++) {
            if (line[i] == '=') {
                return i;
            }
        }
        return -1;
    }

    private boolean refill() throws IOException {
        int count = in.read(buffer, 0, buffer.length);
        position = 0;
        limit = Math.max(count, 0);
        return count > 0;
    }
}
