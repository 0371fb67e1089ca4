// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static warren.tunnel.InnerHeader.CWR;
import static warren.tunnel.InnerHeader.FIN;
import static warren.tunnel.InnerHeader.PSH;

import java.lang.foreign.MemorySegment;
import warren.linux.tun.VnetHeader;

/// Makes packets out of what a TUN device with offloads hands over: finishes checksums, and splits
/// super-packets as the kernel's own segmentation would (`tcp_gso_segment` of
/// `net/ipv4/tcp_offload.c`, `__udp_gso_segment`, `inet_gso_segment`, `ipv6_gso_segment`): counted
/// identification, advancing sequence, CWR on the first segment only, FIN and PSH on the last only.
///
/// Like the kernel's, it takes the sum of the pseudo header from the checksum field and corrects
/// the length in it, so addresses need not be found and extension headers need not be understood.
///
/// `begin`, then `fill` until it says that all is out. Confined to its loop.
final class Segmenter {
    // The packet at work; meaningless once all is out.
    private MemorySegment memory = MemorySegment.NULL;
    private long packet;
    private int length;
    private int start;
    private int field;
    private int headers;
    private int size;
    private boolean tcp;
    private boolean whole;
    private boolean unfinished;
    private int done;
    private int index;

    /// Takes up the packet whose [VnetHeader] is at `at` and which has `length` bytes behind it;
    /// it must stay in place until all is out.
    ///
    /// @return false where header and packet do not agree; there is nothing to fill then
    boolean begin(MemorySegment memory, long at, int length) {
        this.memory = memory;
        this.packet = at + VnetHeader.LENGTH;
        this.length = length;
        this.start = VnetHeader.checksumStart(memory, at);
        this.field = VnetHeader.checksumOffset(memory, at);
        this.unfinished = VnetHeader.needsChecksum(memory, at);
        this.done = 0;
        this.index = 0;
        int type = VnetHeader.gsoType(memory, at) & ~VnetHeader.VIRTIO_NET_HDR_GSO_ECN;
        this.whole = type == VnetHeader.VIRTIO_NET_HDR_GSO_NONE;
        if (length <= 0 || (unfinished && start + field + Short.BYTES > length)) {
            return false;
        }
        return whole || beginSplitting(type, VnetHeader.gsoSize(memory, at));
    }

    private boolean beginSplitting(int type, int size) {
        this.size = size;
        this.tcp = type != VnetHeader.VIRTIO_NET_HDR_GSO_UDP_L4;
        int version = InnerHeader.version(memory, packet);
        boolean known =
                switch (type) {
                    case VnetHeader.VIRTIO_NET_HDR_GSO_TCPV4 -> version == 4;
                    case VnetHeader.VIRTIO_NET_HDR_GSO_TCPV6 -> version == 6;
                    case VnetHeader.VIRTIO_NET_HDR_GSO_UDP_L4 -> version == 4 || version == 6;
                    default -> false;
                };
        if (!known || !unfinished || size == 0 || !startsBehindIpHeader(version)) {
            return false;
        }
        int least = tcp ? InnerHeader.TCP_LENGTH : InnerHeader.UDP_LENGTH;
        if (field != (tcp ? InnerHeader.TCP_CHECKSUM : InnerHeader.UDP_CHECKSUM)
                || start + least > length) {
            return false;
        }
        int transport =
                tcp
                        ? (InnerHeader.byteAt(memory, packet + start + InnerHeader.TCP_WORDS) >>> 4)
                                * 4
                        : least;
        headers = start + transport;
        return transport >= least && headers <= length;
    }

    private boolean startsBehindIpHeader(int version) {
        return version == 6
                ? start >= InnerHeader.V6_LENGTH
                : start >= InnerHeader.V4_LENGTH
                        && start == (InnerHeader.byteAt(memory, packet) & 0x0f) * 4;
    }

    /// Puts packets into `room` until all are out or it is full.
    ///
    /// @return whether all are out
    boolean fill(PacketRoom room) {
        if (whole) {
            if (!room.has(length)) {
                return false;
            }
            copyWhole(room);
            return true;
        }
        int payload = length - headers;
        do {
            int piece = Math.min(size, payload - done);
            if (!room.has(headers + piece)) {
                return false;
            }
            emit(room, piece);
            done += piece;
            index++;
        } while (done < payload);
        return true;
    }

    private void copyWhole(PacketRoom room) {
        int to = room.place(length);
        MemorySegment target = room.batch.memory;
        MemorySegment.copy(memory, packet, target, to, length);
        if (unfinished) { // the sum of the pseudo header stands in the field and is summed with it
            long sum = InternetChecksum.sum(target, to + start, length - start);
            finish(target, to + start + field, sum, field == InnerHeader.UDP_CHECKSUM);
        }
    }

    private void emit(PacketRoom room, int piece) {
        int segment = headers + piece;
        int to = room.place(segment);
        MemorySegment target = room.batch.memory;
        MemorySegment.copy(memory, packet, target, to, headers);
        if (InnerHeader.version(memory, packet) == 4) {
            int first = InnerHeader.shortAt(memory, packet + InnerHeader.V4_IDENTIFICATION);
            InnerHeader.setShort(target, to + InnerHeader.V4_IDENTIFICATION, first + index);
        }
        InnerHeader.setPacketLength(target, to, start, segment);
        if (tcp) {
            advanceTcp(target, to + start, done + piece == length - headers);
        } else {
            InnerHeader.setShort(
                    target, to + start + InnerHeader.UDP_LENGTH_FIELD, segment - start);
        }
        int pseudo = InnerHeader.wordAt(memory, packet + start + field);
        InnerHeader.setWord(target, to + start + field, 0);
        MemorySegment.copy(memory, packet + headers + done, target, to + headers, piece);
        if (pseudo == 0 && !tcp) {
            return; // UDP without a checksum stays so
        }
        long sum = InternetChecksum.sum(target, to + start, segment - start) + pseudo;
        sum += InternetChecksum.word(~(length - start));
        sum += InternetChecksum.word(segment - start);
        finish(target, to + start + field, sum, !tcp);
    }

    private void advanceTcp(MemorySegment target, int header, boolean last) {
        int sequence = InnerHeader.intAt(target, header + InnerHeader.TCP_SEQUENCE);
        InnerHeader.setInt(target, header + InnerHeader.TCP_SEQUENCE, sequence + done);
        int flags = InnerHeader.byteAt(target, header + InnerHeader.TCP_FLAGS);
        if (index > 0) {
            flags &= ~CWR;
        }
        if (!last) {
            flags &= ~(FIN | PSH);
        }
        InnerHeader.setByte(target, header + InnerHeader.TCP_FLAGS, flags);
    }

    /// Zero would say that UDP has no checksum; its other form says the same to the arithmetic.
    private static void finish(MemorySegment target, long at, long sum, boolean udp) {
        short checksum = InternetChecksum.complement(sum);
        InnerHeader.setWord(target, at, udp && checksum == 0 ? 0xffff : checksum);
    }
}
