// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import warren.wireguard.ChaCha20Poly1305;

/// The byte stream of a join: cuts it into frames, and seals and opens them once the handshake
/// has given keys. Not thread-safe.
///
/// ```
/// length (16 bits) | type (8) | the rest of the frame
/// ```
final class JoinChannel implements AutoCloseable {
    private static final int PREFIX = 2;
    private static final byte[] EMPTY = {};

    private final byte[] sendKey = new byte[32];
    private final byte[] receiveKey = new byte[32];
    private long sent;
    private long received;
    private byte[] buffer = EMPTY;
    private int ceiling = JoinLayout.ANSWER_LENGTH;
    private boolean broken;

    static byte[] prologue(ClusterId cluster) {
        return new WireWriter()
                .put(JoinLayout.PROLOGUE.getBytes(US_ASCII))
                .u8(JoinLayout.VERSION)
                .put(cluster.toBytes())
                .toBytes();
    }

    static byte[] frame(byte[] body) {
        return new WireWriter().u16(body.length).put(body).toBytes();
    }

    /// A frame of the handshake, with type and version before the body.
    static byte[] handshakeFrame(int type, byte[] body) {
        return frame(new WireWriter().u8(type).u8(JoinLayout.VERSION).put(body).toBytes());
    }

    /// Takes the transport keys; from here on frames may be longer.
    void secure(byte[] send, byte[] receive) {
        System.arraycopy(send, 0, sendKey, 0, sendKey.length);
        System.arraycopy(receive, 0, receiveKey, 0, receiveKey.length);
        Arrays.fill(send, (byte) 0);
        Arrays.fill(receive, (byte) 0);
        ceiling = JoinLayout.MAX_FRAME;
    }

    /// More of the stream. What is held never exceeds these bytes and one frame.
    void append(byte[] bytes) {
        byte[] joined = Arrays.copyOf(buffer, buffer.length + bytes.length);
        System.arraycopy(bytes, 0, joined, buffer.length, bytes.length);
        buffer = joined;
    }

    /// The next whole frame; null where there is none yet, or where [#isBroken()].
    byte @Nullable [] next() {
        if (broken || buffer.length < PREFIX) {
            return null;
        }
        int length = ((buffer[0] & 0xff) << 8) | (buffer[1] & 0xff);
        if (length < 1 || length > ceiling) {
            broken = true;
            return null;
        }
        if (buffer.length < PREFIX + length) {
            return null;
        }
        byte[] frame = Arrays.copyOfRange(buffer, PREFIX, PREFIX + length);
        buffer = Arrays.copyOfRange(buffer, PREFIX + length, buffer.length);
        return frame;
    }

    /// Whether a frame was announced that may not be.
    boolean isBroken() {
        return broken;
    }

    byte[] seal(byte[] message) {
        byte[] sealed = ChaCha20Poly1305.seal(sendKey, sent++, message, EMPTY);
        return frame(new WireWriter().u8(JoinLayout.FRAME_SEALED).put(sealed).toBytes());
    }

    /// The message in a sealed frame; null where it is not the very next one the other side
    /// sealed.
    byte @Nullable [] open(byte[] frame) {
        if (frame[0] != JoinLayout.FRAME_SEALED) {
            return null;
        }
        byte[] sealed = Arrays.copyOfRange(frame, 1, frame.length);
        return ChaCha20Poly1305.open(receiveKey, received++, sealed, EMPTY);
    }

    /// Wipes the keys. Idempotent.
    @Override
    public void close() {
        Arrays.fill(sendKey, (byte) 0);
        Arrays.fill(receiveKey, (byte) 0);
        buffer = EMPTY;
        broken = true;
    }
}
