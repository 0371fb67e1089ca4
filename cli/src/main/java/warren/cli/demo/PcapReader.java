// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads a capture file as tcpdump writes it: the classic pcap format
/// (draft-ietf-opsawg-pcap), Ethernet frames, either byte order.
///
/// ```text
///  file header, 24 bytes                     packet header, 16 bytes
///  magic        a1b2c3d4 or a1b23c4d (ns)    seconds
///  version      2.4                          fraction
///  reserved     8 bytes                      captured length   of the bytes that follow
///  snap length                               original length
///  link type    1 = Ethernet
/// ```
final class PcapReader {
    private static final int MAGIC_MICROSECONDS = 0xa1b2c3d4;
    private static final int MAGIC_NANOSECONDS = 0xa1b23c4d;
    private static final int FILE_HEADER = 24;
    private static final int LINK_TYPE_AT = 20;
    private static final int PACKET_HEADER = 16;
    private static final int CAPTURED_LENGTH_AT = 8;
    private static final int LINKTYPE_ETHERNET = 1;

    /// tcpdump's own ceiling; a larger figure is damage, not a packet.
    private static final int MAX_PACKET = 262_144;

    /// How a file ended.
    enum End {
        /// After a whole packet.
        COMPLETE,
        /// Within a packet: the capture was cut off there.
        TRUNCATED,
        /// It holds no Ethernet capture in this format, or is damaged.
        NOT_A_CAPTURE
    }

    private PcapReader() {}

    /// Hands over every whole frame.
    static End read(InputStream in, Consumer<byte[]> frames) throws IOException {
        DataInputStream data = new DataInputStream(in);
        byte[] first = block(data, FILE_HEADER);
        if (first == null) {
            return End.NOT_A_CAPTURE;
        }
        ByteBuffer header = ByteBuffer.wrap(first);
        if (!setOrder(header)) {
            return End.NOT_A_CAPTURE;
        }
        // The upper bits hold the length of a frame check sequence.
        if ((header.getInt(LINK_TYPE_AT) & 0xffff) != LINKTYPE_ETHERNET) {
            return End.NOT_A_CAPTURE;
        }
        return packets(data, header.order(), frames);
    }

    private static End packets(DataInputStream data, ByteOrder order, Consumer<byte[]> frames)
            throws IOException {
        while (true) {
            int first = data.read();
            if (first < 0) {
                return End.COMPLETE;
            }
            byte[] rest = block(data, PACKET_HEADER - 1);
            if (rest == null) {
                return End.TRUNCATED;
            }
            int length = ByteBuffer.wrap(rest).order(order).getInt(CAPTURED_LENGTH_AT - 1);
            if (length < 0 || length > MAX_PACKET) {
                return End.NOT_A_CAPTURE;
            }
            byte[] frame = block(data, length);
            if (frame == null) {
                return End.TRUNCATED;
            }
            frames.accept(frame);
        }
    }

    private static boolean setOrder(ByteBuffer header) {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            int magic = header.order(order).getInt(0);
            if (magic == MAGIC_MICROSECONDS || magic == MAGIC_NANOSECONDS) {
                return true;
            }
        }
        return false;
    }

    private static byte @Nullable [] block(DataInputStream data, int length) throws IOException {
        byte[] bytes = new byte[length];
        try {
            data.readFully(bytes);
        } catch (EOFException _) {
            return null;
        }
        return bytes;
    }
}
