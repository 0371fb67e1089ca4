// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static warren.tunnel.InnerHeader.PACKET_MAX;
import static warren.tunnel.InnerHeader.PSH;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import warren.linux.Pieces;
import warren.linux.tun.VnetHeader;
import warren.wireguard.PacketBatch;

/// Joins received packets of one flow into super-packets that the host takes as one, by the rules
/// of the kernel's own receive offload (`net/ipv4/tcp_offload.c`, `udp_offload.c`, `af_inet.c`),
/// and stricter where that costs nothing: TCP segments carry ACK and maybe PSH or ECE and nothing
/// else. Whatever does not join passes as it came, byte for byte.
///
/// What comes out is a list of items, each one packet or several joined. Within a flow the order is
/// that of arrival: an item that the next packet of its flow did not join takes no more.
///
/// `clear`, `add` each packet, then `gather` each item. Nothing is moved: an item's first packet
/// gets its header rewritten in place, with the [VnetHeader] in the free bytes before it, and the
/// others give their payload. Confined to its loop.
final class Coalescer {
    /// Flows that can be added to at a time; a flow pushed out begins a new item.
    private static final int OPEN_MAX = 16;

    /// What the kernel takes in one batch of datagrams (`UDP_MAX_SEGMENTS` before Linux 6.9).
    private static final int UDP_SEGMENTS_MAX = 64;

    private static final int NONE = -1;

    private final boolean joinsTcp;
    private final boolean joinsUdp;
    private final PacketBatch batch;
    private final MemorySegment memory;
    private final InnerPacket packet = new InnerPacket();
    private final InnerPacket head = new InnerPacket();

    // By packet.
    private final int[] next;

    // By item.
    private final int[] first;
    private final int[] last;
    private final int[] packets;
    private final int[] size;
    private final int[] payload;
    private final boolean[] verified;
    private final boolean[] fixedIdentification;
    private int items;

    private final int[] open = new int[OPEN_MAX];
    private int openCount;

    /// @param batch whose packets will be added
    /// @param joinsUdp whether the host takes batches of datagrams
    Coalescer(PacketBatch batch, boolean joinsTcp, boolean joinsUdp) {
        this.joinsTcp = joinsTcp;
        this.joinsUdp = joinsUdp;
        this.batch = batch;
        this.memory = batch.memory;
        int capacity = batch.capacity();
        next = new int[capacity];
        first = new int[capacity];
        last = new int[capacity];
        packets = new int[capacity];
        size = new int[capacity];
        payload = new int[capacity];
        verified = new boolean[capacity];
        fixedIdentification = new boolean[capacity];
    }

    void clear() {
        items = 0;
        openCount = 0;
    }

    int items() {
        return items;
    }

    /// Adds packet `index` of the batch: an IP packet as long as its header says.
    void add(int index) {
        packet.read(memory, batch.offset[index], batch.length[index]);
        if (!packet.hasFlow) { // perhaps of any flow: nothing may overtake it
            openCount = 0;
            begin(index);
            return;
        }
        int slot = openSlot();
        boolean joinable = packet.isJoinable() && (packet.tcp ? joinsTcp : joinsUdp);
        if (slot != NONE && joinable && join(open[slot], index)) {
            if (packet.payload() < size[open[slot]] || packet.ends()) {
                close(slot);
            }
            return;
        }
        if (slot != NONE) {
            close(slot);
        }
        begin(index);
        if (joinable && !packet.ends()) {
            if (openCount == OPEN_MAX) {
                close(0);
            }
            open[openCount++] = items - 1;
        }
    }

    private void begin(int index) {
        int item = items++;
        first[item] = index;
        last[item] = index;
        next[index] = NONE;
        packets[item] = 1;
        size[item] = packet.payload();
        payload[item] = packet.payload();
        verified[item] = false;
        fixedIdentification[item] = false;
    }

    private void close(int slot) {
        openCount--;
        System.arraycopy(open, slot + 1, open, slot, openCount - slot);
    }

    /// The open item of the packet's flow; the latest first, which is the likely one.
    private int openSlot() {
        for (int slot = openCount - 1; slot >= 0; slot--) {
            int index = first[open[slot]];
            if (packet.hasFlowOf(memory, batch.offset[index])) {
                return slot;
            }
        }
        return NONE;
    }

    private boolean join(int item, int index) {
        int headIndex = first[item];
        head.read(memory, batch.offset[headIndex], batch.length[headIndex]);
        int count = packets[item];
        int piece = packet.payload();
        if (piece > size[item]
                || batch.length[headIndex] - size[item] + payload[item] + piece > PACKET_MAX
                || count == (packet.tcp ? BatchSize.JOINED_MAX : UDP_SEGMENTS_MAX)
                || !packet.continues(head, payload[item])
                || !continuesIdentification(item, count)) {
            return false;
        }
        if (!verified[item]) {
            if (!head.hasRightChecksums()) {
                return false;
            }
            verified[item] = true;
        }
        if (!packet.hasRightChecksums()) {
            return false;
        }
        fixedIdentification[item] = packet.version == 4 && isFixedIdentification();
        next[last[item]] = index;
        next[index] = NONE;
        last[item] = index;
        packets[item] = count + 1;
        payload[item] += piece;
        return true;
    }

    /// Splitting counts identifications up. A sender that forbids fragments may also leave them
    /// alone (RFC 6864 section 4.1).
    private boolean continuesIdentification(int item, int count) {
        if (packet.version == 6) {
            return true;
        }
        if (isFixedIdentification()) {
            return packet.isAtomic() && (count == 1 || fixedIdentification[item]);
        }
        int expected = (head.identification() + count) & 0xffff;
        return packet.identification() == expected && (count == 1 || !fixedIdentification[item]);
    }

    private boolean isFixedIdentification() {
        return packet.identification() == head.identification();
    }

    int packets(int item) {
        return packets[item];
    }

    /// Where the item's first packet lies: preceded by a [VnetHeader] after [#gather].
    int offset(int item) {
        return batch.offset[first[item]];
    }

    /// Makes the item ready to be written: with its header, as `pieces`.
    void gather(int item, Pieces pieces) {
        int index = first[item];
        int offset = batch.offset[index];
        pieces.clear();
        int header = offset - VnetHeader.LENGTH;
        if (packets[item] == 1) {
            VnetHeader.writeNone(memory, header);
        } else {
            head.read(memory, offset, batch.length[index]);
            rewrite(item, header);
        }
        pieces.add(memory, header, VnetHeader.LENGTH + batch.length[index]);
        int headers = batch.length[index] - size[item];
        for (int i = next[index]; i != NONE; i = next[i]) {
            pieces.add(memory, batch.offset[i] + headers, batch.length[i] - headers);
        }
    }

    private void rewrite(int item, int header) {
        int headers = head.length - size[item];
        int start = head.transport;
        int total = headers + payload[item];
        long at = head.at;
        InnerHeader.setPacketLength(memory, at, start, total);
        int field;
        int type;
        if (head.tcp) {
            long lastTcp = batch.offset[last[item]] + (long) start;
            int pushed = InnerHeader.byteAt(memory, lastTcp + InnerHeader.TCP_FLAGS) & PSH;
            int flags = InnerHeader.byteAt(memory, at + start + InnerHeader.TCP_FLAGS);
            InnerHeader.setByte(memory, at + start + InnerHeader.TCP_FLAGS, flags | pushed);
            field = InnerHeader.TCP_CHECKSUM;
            type =
                    head.version == 4
                            ? VnetHeader.VIRTIO_NET_HDR_GSO_TCPV4
                            : VnetHeader.VIRTIO_NET_HDR_GSO_TCPV6;
        } else {
            InnerHeader.setShort(memory, at + start + InnerHeader.UDP_LENGTH_FIELD, total - start);
            field = InnerHeader.UDP_CHECKSUM;
            type = VnetHeader.VIRTIO_NET_HDR_GSO_UDP_L4;
        }
        long pseudo = InnerHeader.pseudoSum(memory, at, head.protocol(), total - start);
        InnerHeader.setWord(memory, at + start + field, InternetChecksum.fold(pseudo));
        VnetHeader.writeGso(memory, header, type, headers, size[item], start, field);
    }

    @Override
    public String toString() {
        return "Coalescer" + Arrays.toString(Arrays.copyOf(packets, items));
    }
}
