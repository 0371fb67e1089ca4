// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// UDP datagrams over IPv4 and Ethernet out of a file that `tcpdump -w` wrote, in the classic
/// format: a header of 24 bytes, then records of 16 bytes and a frame.
record Capture(List<Datagram> datagrams) {
    private static final int MAGIC = 0xa1b2c3d4;
    private static final int ETHERNET = 14;
    private static final int IPV4 = 20;
    private static final int UDP = 8;

    @SuppressWarnings("ArrayRecordComponent") // read once, never compared or printed
    record Datagram(String source, byte[] payload) {}

    static Capture read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        if (bytes.getInt(0) != MAGIC) {
            bytes.order(ByteOrder.LITTLE_ENDIAN);
        }
        List<Datagram> datagrams = new ArrayList<>();
        int at = 24;
        while (at + 16 <= bytes.limit()) {
            int length = bytes.getInt(at + 8);
            at += 16;
            byte[] frame = Arrays.copyOfRange(bytes.array(), at, at + length);
            String source = (frame[ETHERNET + 12] & 255) + "." + (frame[ETHERNET + 13] & 255);
            source += "." + (frame[ETHERNET + 14] & 255) + "." + (frame[ETHERNET + 15] & 255);
            int payload = ETHERNET + IPV4 + UDP;
            int udpLength = ByteBuffer.wrap(frame).getShort(ETHERNET + IPV4 + 4) & 0xffff;
            datagrams.add(
                    new Datagram(
                            source, Arrays.copyOfRange(frame, payload, payload + udpLength - UDP)));
            at += length;
        }
        return new Capture(datagrams);
    }

    long payloadBytesFrom(String source) {
        return datagrams.stream()
                .filter(datagram -> datagram.source().equals(source))
                .mapToLong(datagram -> datagram.payload().length)
                .sum();
    }
}
