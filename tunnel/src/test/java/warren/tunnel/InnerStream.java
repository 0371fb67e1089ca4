// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Inner packets written and split the slow way, byte by byte from the RFCs, to compare the packet
/// path with. A super-packet has the sum of its pseudo header in the checksum field.
final class InnerStream {
    final boolean v6;
    final boolean tcp;

    /// IPv4 options or IPv6 extension headers.
    final byte[] extra;

    final byte[] tcpOptions;
    int identification;
    int sequence;
    int flags = InnerHeader.ACK;
    int port = 4000;
    int typeOfService;

    InnerStream(boolean v6, boolean tcp, byte[] extra, byte[] tcpOptions) {
        this.v6 = v6;
        this.tcp = tcp;
        this.extra = extra;
        this.tcpOptions = tcpOptions;
    }

    int start() {
        return (v6 ? 40 : 20) + extra.length;
    }

    int headers() {
        return start() + (tcp ? 20 + tcpOptions.length : 8);
    }

    /// The whole stretch of payload as one packet with the sum of its pseudo header only.
    byte[] superPacket(byte[] payload) {
        byte[] packet = build(payload, sequence, identification, flags);
        int field = start() + (tcp ? 16 : 6);
        put16(packet, field, fold(pseudo(packet.length - start())));
        return packet;
    }

    /// What the kernel would make of [#superPacket].
    List<byte[]> split(byte[] payload, int size) {
        List<byte[]> packets = new ArrayList<>();
        int at = 0;
        do {
            int end = Math.min(payload.length, at + size);
            int now = flags;
            if (at > 0) {
                now &= ~InnerHeader.CWR;
            }
            if (end < payload.length) {
                now &= ~(InnerHeader.FIN | InnerHeader.PSH);
            }
            byte[] piece = java.util.Arrays.copyOfRange(payload, at, end);
            packets.add(build(piece, sequence + at, identification + packets.size(), now));
            at = end;
        } while (at < payload.length);
        return packets;
    }

    private byte[] build(byte[] payload, int seq, int id, int flagsNow) {
        int length = headers() + payload.length;
        ByteBuffer out = ByteBuffer.allocate(length);
        byte[] addresses = addresses();
        if (v6) {
            out.putInt(0x6000_0000 | typeOfService << 20 | 0x1234);
            out.putShort((short) (length - 40)).put((byte) (extra.length > 0 ? 60 : protocol()));
            out.put((byte) 64).put(addresses);
            if (extra.length > 0) {
                extra[0] = (byte) protocol();
            }
            out.put(extra);
        } else {
            out.put((byte) (0x45 + extra.length / 4)).put((byte) typeOfService);
            out.putShort((short) length).putShort((short) id).putShort((short) 0x4000);
            out.put((byte) 64).put((byte) protocol()).putShort((short) 0).put(addresses);
            out.put(extra);
            out.putShort(10, (short) ~fold(sum(out.array(), 0, start())));
        }
        out.putShort((short) port).putShort((short) 5201);
        if (tcp) {
            out.putInt(seq).putInt(77).put((byte) ((5 + tcpOptions.length / 4) << 4));
            out.put((byte) flagsNow).putShort((short) 501).putInt(0).put(tcpOptions);
        } else {
            out.putShort((short) (8 + payload.length)).putShort((short) 0);
        }
        out.put(payload);
        int rest = length - start();
        int check = ~fold(pseudo(rest) + sum(out.array(), start(), rest)) & 0xffff;
        put16(out.array(), start() + (tcp ? 16 : 6), !tcp && check == 0 ? 0xffff : check);
        return out.array();
    }

    private int protocol() {
        return tcp ? 6 : 17;
    }

    private byte[] addresses() {
        byte[] addresses = new byte[v6 ? 32 : 8];
        new Random(99).nextBytes(addresses);
        return addresses;
    }

    private long pseudo(int length) {
        byte[] addresses = addresses();
        return sum(addresses, 0, addresses.length) + protocol() + length;
    }

    private static long sum(byte[] bytes, int at, int length) {
        long sum = 0;
        for (int i = 0; i < length; i++) {
            sum += (long) (bytes[at + i] & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        return sum;
    }

    private static int fold(long sum) {
        long folded = sum;
        while (folded > 0xffff) {
            folded = (folded & 0xffff) + (folded >> 16);
        }
        return (int) folded;
    }

    private static void put16(byte[] packet, int at, int value) {
        packet[at] = (byte) (value >> 8);
        packet[at + 1] = (byte) value;
    }

    static byte[] join(List<byte[]> packets) {
        var out = new ByteArrayOutputStream();
        packets.forEach(out::writeBytes);
        return out.toByteArray();
    }
}
