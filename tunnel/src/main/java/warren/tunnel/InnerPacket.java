// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static warren.tunnel.InnerHeader.ACK;
import static warren.tunnel.InnerHeader.ECE;
import static warren.tunnel.InnerHeader.PSH;
import static warren.tunnel.InnerHeader.TCP_WORDS;

import java.lang.foreign.MemorySegment;

/// One received packet as [Coalescer] looks at it. Reused for every packet; confined to its loop.
final class InnerPacket {
    /// Words and flags and window: what must be equal in the word at [InnerHeader#TCP_WORDS].
    private static final int WITHOUT_PSH = ~(PSH << 16);

    private MemorySegment memory = MemorySegment.NULL;
    long at;
    int length;
    int version;
    boolean tcp;

    /// Offset of the transport header.
    int transport;

    /// Bytes of all headers; 0 where they are not all there.
    private int headers;

    /// Whether addresses, protocol and ports are where they can be compared.
    boolean hasFlow;

    void read(MemorySegment memory, long at, int length) {
        this.memory = memory;
        this.at = at;
        this.length = length;
        this.version = InnerHeader.version(memory, at);
        this.hasFlow = false;
        this.headers = 0;
        int protocol = version == 4 ? readV4() : readV6();
        this.tcp = protocol == InnerHeader.TCP;
        if (tcp && length >= transport + InnerHeader.TCP_LENGTH) {
            hasFlow = true;
            int words = InnerHeader.byteAt(memory, at + transport + TCP_WORDS) >>> 4;
            int end = transport + words * 4;
            headers = words * 4 >= InnerHeader.TCP_LENGTH && end <= length ? end : 0;
        } else if (protocol == InnerHeader.UDP && length >= transport + InnerHeader.UDP_LENGTH) {
            hasFlow = true;
            headers = transport + InnerHeader.UDP_LENGTH;
        }
    }

    /// The protocol, or 0 where there are options or the packet is a fragment.
    private int readV4() {
        transport = InnerHeader.V4_LENGTH;
        boolean plain =
                length >= InnerHeader.V4_LENGTH
                        && InnerHeader.byteAt(memory, at) == 0x45
                        && (fragment() & ~InnerHeader.DF) == 0;
        return plain ? InnerHeader.byteAt(memory, at + 9) : 0;
    }

    private int readV6() {
        transport = InnerHeader.V6_LENGTH;
        return length >= InnerHeader.V6_LENGTH ? InnerHeader.byteAt(memory, at + 6) : 0;
    }

    private int fragment() {
        return InnerHeader.shortAt(memory, at + InnerHeader.V4_FRAGMENT);
    }

    int protocol() {
        return tcp ? InnerHeader.TCP : InnerHeader.UDP;
    }

    int payload() {
        return length - headers;
    }

    int identification() {
        return InnerHeader.shortAt(memory, at + InnerHeader.V4_IDENTIFICATION);
    }

    /// Never to be fragmented, so that its identification means nothing.
    boolean isAtomic() {
        return fragment() == InnerHeader.DF;
    }

    /// Whether it may be joined at all: payload and nothing that asks for attention of its own.
    boolean isJoinable() {
        if (headers == 0 || payload() <= 0) {
            return false;
        }
        if (tcp) {
            return (flags() & ~(PSH | ECE)) == ACK;
        }
        long udp = at + transport;
        return InnerHeader.shortAt(memory, udp + InnerHeader.UDP_LENGTH_FIELD) == length - transport
                && InnerHeader.wordAt(memory, udp + InnerHeader.UDP_CHECKSUM) != 0;
    }

    /// Whether nothing may be joined behind it.
    boolean ends() {
        return tcp && (flags() & PSH) != 0;
    }

    private int flags() {
        return InnerHeader.byteAt(memory, at + transport + InnerHeader.TCP_FLAGS);
    }

    /// Whether the packet at `other`, which has a flow, has the same.
    boolean hasFlowOf(MemorySegment memory, long other) {
        if (InnerHeader.version(memory, other) != version
                || InnerHeader.intAt(memory, other + transport)
                        != InnerHeader.intAt(memory, at + transport)) {
            return false;
        }
        if (version == 4) {
            return InnerHeader.longAt(memory, other + InnerHeader.V4_ADDRESSES)
                            == InnerHeader.longAt(memory, at + InnerHeader.V4_ADDRESSES)
                    && InnerHeader.byteAt(memory, other + 9) == protocol();
        }
        for (int i = InnerHeader.V6_ADDRESSES; i < InnerHeader.V6_LENGTH; i += Long.BYTES) {
            if (InnerHeader.longAt(memory, other + i) != InnerHeader.longAt(memory, at + i)) {
                return false;
            }
        }
        return InnerHeader.byteAt(memory, other + 6) == protocol();
    }

    /// Whether splitting one packet would give this one `payload` bytes after the first, `head`,
    /// of the same flow; identifications and checksums aside.
    boolean continues(InnerPacket head, int payload) {
        return headers == head.headers
                && (version == 4 ? equalsV4(head) : equalsV6(head))
                && (!tcp || continuesTcp(head, payload));
    }

    private boolean equalsV4(InnerPacket head) {
        return InnerHeader.byteAt(memory, at + 1) == InnerHeader.byteAt(memory, head.at + 1)
                && InnerHeader.byteAt(memory, at + 8) == InnerHeader.byteAt(memory, head.at + 8)
                && fragment() == head.fragment();
    }

    private boolean equalsV6(InnerPacket head) {
        return InnerHeader.intAt(memory, at) == InnerHeader.intAt(memory, head.at)
                && InnerHeader.byteAt(memory, at + 7) == InnerHeader.byteAt(memory, head.at + 7);
    }

    private boolean continuesTcp(InnerPacket head, int payload) {
        int sequence = tcpInt(InnerHeader.TCP_SEQUENCE);
        int difference = tcpInt(TCP_WORDS) ^ head.tcpInt(TCP_WORDS);
        return sequence == head.tcpInt(InnerHeader.TCP_SEQUENCE) + payload
                && tcpInt(InnerHeader.TCP_ACKNOWLEDGEMENT)
                        == head.tcpInt(InnerHeader.TCP_ACKNOWLEDGEMENT)
                && (difference & WITHOUT_PSH) == 0
                && InnerHeader.shortAt(memory, at + transport + InnerHeader.TCP_URGENT)
                        == InnerHeader.shortAt(memory, head.at + transport + InnerHeader.TCP_URGENT)
                && equalOptions(head);
    }

    private boolean equalOptions(InnerPacket head) {
        for (int i = transport + InnerHeader.TCP_LENGTH; i < headers; i += Integer.BYTES) {
            if (InnerHeader.intAt(memory, at + i) != InnerHeader.intAt(memory, head.at + i)) {
                return false;
            }
        }
        return true;
    }

    private int tcpInt(int offset) {
        return InnerHeader.intAt(memory, at + transport + offset);
    }

    /// Joining computes the checksums of IPv4 and of the transport anew, so they must be right
    /// before: what was corrupt must stay so.
    boolean hasRightChecksums() {
        if (version == 4
                && InternetChecksum.fold(InternetChecksum.sum(memory, at, InnerHeader.V4_LENGTH))
                        != 0xffff) {
            return false;
        }
        int rest = length - transport;
        long sum = InnerHeader.pseudoSum(memory, at, protocol(), rest);
        sum += InternetChecksum.sum(memory, at + transport, rest);
        return InternetChecksum.fold(sum) == 0xffff;
    }
}
