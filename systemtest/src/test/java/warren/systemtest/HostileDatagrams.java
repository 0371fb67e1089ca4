// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/// Datagrams as an attacker would send them to a WireGuard port: right types with wrong lengths,
/// right lengths with random content, truncations, noise. As a program it sends a prepared file.
final class HostileDatagrams {
    /// Whitepaper section 5.4: initiation, response, cookie reply, the shortest transport data.
    private static final int[] LENGTH_OF_TYPE = {0, 148, 92, 64, 32};

    private HostileDatagrams() {}

    public static void main(String[] arguments) throws IOException {
        InetAddress target = InetAddress.ofLiteral(arguments[0]);
        int port = Integer.parseInt(arguments[1]);
        byte[] file = Files.readAllBytes(Path.of(arguments[2]));
        try (DatagramSocket socket = new DatagramSocket();
                DataInputStream in = new DataInputStream(new java.io.ByteArrayInputStream(file))) {
            while (in.available() > 0) {
                byte[] datagram = in.readNBytes(in.readUnsignedShort());
                socket.send(new DatagramPacket(datagram, datagram.length, target, port));
            }
        }
    }

    /// `count` datagrams, each behind its length in two bytes.
    static byte[] lengthPrefixed(Random random, int count) {
        try (ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                DataOutputStream out = new DataOutputStream(bytes)) {
            for (int i = 0; i < count; i++) {
                byte[] datagram = datagram(random);
                out.writeShort(datagram.length);
                out.write(datagram);
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] datagram(Random random) {
        int type = random.nextInt(0, 6);
        int exact = type > 0 && type < 5 ? LENGTH_OF_TYPE[type] : random.nextInt(1, 1400);
        int length =
                switch (random.nextInt(3)) {
                    case 0 -> exact;
                    case 1 -> random.nextInt(exact + 1);
                    default -> exact + random.nextInt(64);
                };
        byte[] datagram = new byte[length];
        random.nextBytes(datagram);
        if (length >= 4) {
            datagram[0] = (byte) type;
            datagram[1] = 0;
            datagram[2] = 0;
            datagram[3] = 0;
        }
        return datagram;
    }
}
