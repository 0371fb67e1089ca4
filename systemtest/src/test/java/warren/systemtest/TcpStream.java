// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;

/// What one side of a captured TCP connection sent. Reads classic pcap files of Ethernet frames
/// with IPv4 or IPv6 and no options that matter here.
final class TcpStream {
    private static final int PCAP_HEADER = 24;
    private static final int RECORD_HEADER = 16;
    private static final int ETHERNET_HEADER = 14;

    private TcpStream() {}

    /// The bytes sent to `port`, in sequence order; of several connections, of the first only.
    static byte[] payloadTo(int port, byte[] pcap) {
        ByteBuffer file = ByteBuffer.wrap(pcap).order(ByteOrder.LITTLE_ENDIAN);
        Map<Integer, byte[]> segments = new TreeMap<>(Integer::compareUnsigned);
        int sourcePort = -1;
        for (int at = PCAP_HEADER; at + RECORD_HEADER <= pcap.length; ) {
            int captured = file.getInt(at + 8);
            int tcp = at + RECORD_HEADER + ETHERNET_HEADER + ipHeader(pcap, at);
            int end = at + RECORD_HEADER + ETHERNET_HEADER + ipTotal(pcap, at);
            ByteBuffer frame = ByteBuffer.wrap(pcap);
            int from = frame.getShort(tcp) & 0xffff;
            if ((frame.getShort(tcp + 2) & 0xffff) == port) {
                sourcePort = sourcePort < 0 ? from : sourcePort;
                int data = tcp + (pcap[tcp + 12] >> 4 & 15) * 4;
                if (from == sourcePort && end > data) {
                    segments.put(
                            frame.getInt(tcp + 4), java.util.Arrays.copyOfRange(pcap, data, end));
                }
            }
            at += RECORD_HEADER + captured;
        }
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        segments.values().forEach(stream::writeBytes);
        return stream.toByteArray();
    }

    private static boolean isV4(byte[] pcap, int record) {
        return pcap[record + RECORD_HEADER + 12] == 8 && pcap[record + RECORD_HEADER + 13] == 0;
    }

    private static int ipHeader(byte[] pcap, int record) {
        return isV4(pcap, record) ? (pcap[record + RECORD_HEADER + ETHERNET_HEADER] & 15) * 4 : 40;
    }

    private static int ipTotal(byte[] pcap, int record) {
        int ip = record + RECORD_HEADER + ETHERNET_HEADER;
        ByteBuffer frame = ByteBuffer.wrap(pcap);
        return isV4(pcap, record)
                ? frame.getShort(ip + 2) & 0xffff
                : 40 + (frame.getShort(ip + 4) & 0xffff);
    }
}
