// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/// What one side of a captured TCP connection sent. Reads classic pcap files of Ethernet frames
/// with IPv4 or IPv6 and no options that matter here.
final class TcpStream {
    private static final int PCAP_HEADER = 24;
    private static final int RECORD_HEADER = 16;
    private static final int ETHERNET_HEADER = 14;
    private static final int FIN = 1;

    private TcpStream() {}

    /// The bytes sent to `port`, in sequence order; of several connections, of the first only.
    static byte[] payloadTo(int port, byte[] pcap) {
        Map<Integer, byte[]> segments = new TreeMap<>(Integer::compareUnsigned);
        int[] sourcePort = {-1};
        forEachSegmentTo(
                port,
                pcap,
                (frame, tcp, end) -> {
                    int from = frame.getShort(tcp) & 0xffff;
                    sourcePort[0] = sourcePort[0] < 0 ? from : sourcePort[0];
                    int data = tcp + (pcap[tcp + 12] >> 4 & 15) * 4;
                    if (from == sourcePort[0] && end > data) {
                        segments.put(frame.getInt(tcp + 4), Arrays.copyOfRange(pcap, data, end));
                    }
                });
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        segments.values().forEach(stream::writeBytes);
        return stream.toByteArray();
    }

    /// Whether somebody has said towards `port` that no more bytes follow.
    static boolean isClosed(int port, byte[] pcap) {
        boolean[] closed = {false};
        forEachSegmentTo(port, pcap, (_, tcp, _) -> closed[0] |= (pcap[tcp + 13] & FIN) != 0);
        return closed[0];
    }

    private interface Segment {
        /// @param tcp where the TCP header begins in the file
        /// @param end where the IP packet ends in the file
        void visit(ByteBuffer file, int tcp, int end);
    }

    private static void forEachSegmentTo(int port, byte[] pcap, Segment segment) {
        ByteBuffer records = ByteBuffer.wrap(pcap).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer network = ByteBuffer.wrap(pcap);
        for (int at = PCAP_HEADER; at + RECORD_HEADER <= pcap.length; ) {
            int next = at + RECORD_HEADER + records.getInt(at + 8);
            if (next > pcap.length) { // still being written
                return;
            }
            int tcp = at + RECORD_HEADER + ETHERNET_HEADER + ipHeader(pcap, at);
            if ((network.getShort(tcp + 2) & 0xffff) == port) {
                int end = at + RECORD_HEADER + ETHERNET_HEADER + ipTotal(pcap, at);
                segment.visit(network, tcp, end);
            }
            at = next;
        }
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
