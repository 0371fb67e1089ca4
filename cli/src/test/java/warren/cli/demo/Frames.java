// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Frames and capture files, built by hand from the formats' own descriptions.
final class Frames {
    private Frames() {}

    /// A WireGuard message of a type between two ports, in Ethernet, IPv4 and UDP.
    static byte[] udp4(int from, int to, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(14 + 20 + 8 + payload.length);
        frame.putShort(12, (short) 0x0800);
        frame.put(14, (byte) 0x45);
        frame.put(14 + 9, (byte) 17);
        frame.putShort(34, (short) from);
        frame.putShort(36, (short) to);
        frame.put(42, payload);
        return frame.array();
    }

    static byte[] udp6(int from, int to, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(14 + 40 + 8 + payload.length);
        frame.putShort(12, (short) 0x86dd);
        frame.put(14, (byte) 0x60);
        frame.put(14 + 6, (byte) 17);
        frame.putShort(54, (short) from);
        frame.putShort(56, (short) to);
        frame.put(62, payload);
        return frame.array();
    }

    static byte[] wireguard(int type) {
        byte[] message = new byte[32];
        message[0] = (byte) type;
        return message;
    }

    static byte[] ethernet(int type, String payload) {
        byte[] bytes = payload.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(14 + bytes.length)
                .putShort(12, (short) type)
                .put(14, bytes)
                .array();
    }

    static byte[] pcap(ByteOrder order, int magic, int linkType, List<byte[]> frames) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ByteBuffer header = ByteBuffer.allocate(24).order(order);
        header.putInt(magic).putShort((short) 2).putShort((short) 4).putInt(0).putInt(0);
        header.putInt(262_144).putInt(linkType);
        file.writeBytes(header.array());
        for (byte[] frame : frames) {
            file.writeBytes(
                    ByteBuffer.allocate(16)
                            .order(order)
                            .putInt(1)
                            .putInt(2)
                            .putInt(frame.length)
                            .putInt(frame.length)
                            .array());
            file.writeBytes(frame);
        }
        return file.toByteArray();
    }
}
