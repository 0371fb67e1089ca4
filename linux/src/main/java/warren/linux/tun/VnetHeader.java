// SPDX-License-Identifier: Apache-2.0
package warren.linux.tun;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import warren.linux.libc.Structs;

/// What stands before a packet of a TUN device with offloads: how its checksum is to be finished,
/// and how it is to be split (`struct virtio_net_hdr` of `<linux/virtio_net.h>`).
///
///      0  flags         4  gso_size        8  csum_offset
///      1  gso_type      6  csum_start
///      2  hdr_len
///
/// Reads and writes at a position of somebody's memory. No state.
public final class VnetHeader {
    public static final int LENGTH = (int) Structs.virtio_net_hdr.byteSize();

    /// `csum_start` and `csum_offset` say where a checksum is missing, whose field holds the sum of
    /// the pseudo header.
    public static final int VIRTIO_NET_HDR_F_NEEDS_CSUM = 1;

    public static final int VIRTIO_NET_HDR_GSO_NONE = 0;
    public static final int VIRTIO_NET_HDR_GSO_TCPV4 = 1;
    public static final int VIRTIO_NET_HDR_GSO_TCPV6 = 4;
    public static final int VIRTIO_NET_HDR_GSO_UDP_L4 = 5;

    /// Beside a TCP type: the packet has CWR set.
    public static final int VIRTIO_NET_HDR_GSO_ECN = 0x80;

    private static final long FLAGS = offset("flags");
    private static final long GSO_TYPE = offset("gso_type");
    private static final long HDR_LEN = offset("hdr_len");
    private static final long GSO_SIZE = offset("gso_size");
    private static final long CSUM_START = offset("csum_start");
    private static final long CSUM_OFFSET = offset("csum_offset");

    private VnetHeader() {}

    /// Writes the header of a packet that is whole: nothing to finish, nothing to split.
    public static void writeNone(MemorySegment memory, long at) {
        memory.set(JAVA_LONG_UNALIGNED, at, 0);
        memory.set(JAVA_SHORT_UNALIGNED, at + Long.BYTES, (short) 0);
    }

    /// Writes the header of a packet whose checksum is missing and that is to be split.
    ///
    /// @param headers bytes of all headers
    /// @param size payload bytes of every segment but the last
    public static void writeGso(
            MemorySegment memory, long at, int type, int headers, int size, int start, int offset) {
        memory.set(JAVA_BYTE, at + FLAGS, (byte) VIRTIO_NET_HDR_F_NEEDS_CSUM);
        memory.set(JAVA_BYTE, at + GSO_TYPE, (byte) type);
        memory.set(JAVA_SHORT_UNALIGNED, at + HDR_LEN, (short) headers);
        memory.set(JAVA_SHORT_UNALIGNED, at + GSO_SIZE, (short) size);
        memory.set(JAVA_SHORT_UNALIGNED, at + CSUM_START, (short) start);
        memory.set(JAVA_SHORT_UNALIGNED, at + CSUM_OFFSET, (short) offset);
    }

    public static boolean needsChecksum(MemorySegment memory, long at) {
        return (memory.get(JAVA_BYTE, at + FLAGS) & VIRTIO_NET_HDR_F_NEEDS_CSUM) != 0;
    }

    /// One of the types, with or without [#VIRTIO_NET_HDR_GSO_ECN].
    public static int gsoType(MemorySegment memory, long at) {
        return Byte.toUnsignedInt(memory.get(JAVA_BYTE, at + GSO_TYPE));
    }

    public static int gsoSize(MemorySegment memory, long at) {
        return unsigned(memory, at + GSO_SIZE);
    }

    public static int checksumStart(MemorySegment memory, long at) {
        return unsigned(memory, at + CSUM_START);
    }

    public static int checksumOffset(MemorySegment memory, long at) {
        return unsigned(memory, at + CSUM_OFFSET);
    }

    private static int unsigned(MemorySegment memory, long at) {
        return Short.toUnsignedInt(memory.get(JAVA_SHORT_UNALIGNED, at));
    }

    private static long offset(String member) {
        return Structs.offset(Structs.virtio_net_hdr, member);
    }
}
