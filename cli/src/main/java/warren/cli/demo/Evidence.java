// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import java.nio.ByteBuffer;

/// What a capture shows: how many frames of which kind, and in how many a marker can be read.
/// Confined to one thread.
///
/// Every frame is counted in exactly one of [#wireguard], [#otherIp], [#arp] and [#otherFrames].
final class Evidence {
    private static final int ETHERNET_HEADER = 14;
    private static final int ETHERTYPE_AT = 12;
    private static final int ETHERTYPE_IPV4 = 0x0800;
    private static final int ETHERTYPE_IPV6 = 0x86dd;
    private static final int ETHERTYPE_ARP = 0x0806;
    private static final int PROTOCOL_UDP = 17;
    private static final int IPV6_HEADER = 40;
    private static final int UDP_HEADER = 8;
    private static final int WIREGUARD_PORT = 51820;

    /// WireGuard whitepaper section 5.4: types 1 to 3 make sessions, 4 carries packets.
    private static final int MESSAGE_DATA = 4;

    private final byte[] marker;
    private int frames;
    private int wireguard;
    private int wireguardData;
    private int otherIp;
    private int arp;
    private int otherFrames;
    private int marked;
    private long bytes;

    Evidence(byte[] marker) {
        this.marker = marker.clone();
    }

    void add(byte[] frame) {
        frames++;
        bytes += frame.length;
        if (contains(frame, marker)) {
            marked++;
        }
        if (frame.length < ETHERNET_HEADER) {
            otherFrames++;
            return;
        }
        ByteBuffer data = ByteBuffer.wrap(frame);
        switch (data.getShort(ETHERTYPE_AT) & 0xffff) {
            case ETHERTYPE_IPV4 -> addIp(data, udpOfIpv4(data));
            case ETHERTYPE_IPV6 -> addIp(data, udpOfIpv6(data));
            case ETHERTYPE_ARP -> arp++;
            default -> otherFrames++;
        }
    }

    /// @param udp where the UDP header starts, or -1 where there is none to see
    private void addIp(ByteBuffer frame, int udp) {
        if (udp < 0 || !isWireguard(frame, udp)) {
            otherIp++;
            return;
        }
        wireguard++;
        if (frame.get(udp + UDP_HEADER) == MESSAGE_DATA) {
            wireguardData++;
        }
    }

    /// Both ports 51820, and a payload that starts as WireGuard's messages do: a type from 1 to 4
    /// and three zero bytes.
    private static boolean isWireguard(ByteBuffer frame, int udp) {
        if (frame.limit() < udp + UDP_HEADER + 4) {
            return false;
        }
        int source = frame.getShort(udp) & 0xffff;
        int destination = frame.getShort(udp + 2) & 0xffff;
        int type = frame.get(udp + UDP_HEADER);
        int reserved = frame.getInt(udp + UDP_HEADER) & 0xffffff;
        return source == WIREGUARD_PORT
                && destination == WIREGUARD_PORT
                && type >= 1
                && type <= MESSAGE_DATA
                && reserved == 0;
    }

    /// A fragment other than the first has no UDP header, so it proves nothing and is `other`.
    private static int udpOfIpv4(ByteBuffer frame) {
        if (frame.limit() < ETHERNET_HEADER + 20) {
            return -1;
        }
        int headerLength = (frame.get(ETHERNET_HEADER) & 0x0f) * 4;
        int fragmentOffset = frame.getShort(ETHERNET_HEADER + 6) & 0x1fff;
        int protocol = frame.get(ETHERNET_HEADER + 9) & 0xff;
        return headerLength >= 20 && fragmentOffset == 0 && protocol == PROTOCOL_UDP
                ? ETHERNET_HEADER + headerLength
                : -1;
    }

    private static int udpOfIpv6(ByteBuffer frame) {
        if (frame.limit() < ETHERNET_HEADER + IPV6_HEADER) {
            return -1;
        }
        int nextHeader = frame.get(ETHERNET_HEADER + 6) & 0xff;
        return nextHeader == PROTOCOL_UDP ? ETHERNET_HEADER + IPV6_HEADER : -1;
    }

    private static boolean contains(byte[] frame, byte[] marker) {
        for (int at = 0; at <= frame.length - marker.length; at++) {
            int matched = 0;
            while (matched < marker.length && frame[at + matched] == marker[matched]) {
                matched++;
            }
            if (matched == marker.length) {
                return true;
            }
        }
        return false;
    }

    int frames() {
        return frames;
    }

    long bytes() {
        return bytes;
    }

    int ip() {
        return wireguard + otherIp;
    }

    /// IP packets that are WireGuard's: UDP from 51820 to 51820.
    int wireguard() {
        return wireguard;
    }

    int wireguardHandshakes() {
        return wireguard - wireguardData;
    }

    int wireguardData() {
        return wireguardData;
    }

    /// Every other IP packet.
    int otherIp() {
        return otherIp;
    }

    int arp() {
        return arp;
    }

    int otherFrames() {
        return otherFrames;
    }

    /// Frames in which the marker can be read.
    int marked() {
        return marked;
    }
}
