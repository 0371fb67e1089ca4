// SPDX-License-Identifier: Apache-2.0
package warren.linux.udp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import warren.linux.libc.Structs;

/// The control message that names a datagram's local address and interface (`ip(7)`, `ipv6(7)`).
///
///     cmsghdr { cmsg_len, cmsg_level, cmsg_type } in_pktinfo or in6_pktinfo
///
/// Offsets are into a batch's control memory. No state.
final class PacketInfo {
    static final long NONE = -1;

    private static final long LENGTH = Structs.offset(Structs.cmsghdr, "cmsg_len");
    private static final long LEVEL = Structs.offset(Structs.cmsghdr, "cmsg_level");
    private static final long TYPE = Structs.offset(Structs.cmsghdr, "cmsg_type");
    private static final long DATA = Structs.cmsghdr.byteSize();

    private static final long V4_INTERFACE =
            DATA + Structs.offset(Structs.in_pktinfo, "ipi_ifindex");
    private static final long V4_LOCAL = DATA + Structs.offset(Structs.in_pktinfo, "ipi_spec_dst");
    private static final long V4_DESTINATION =
            DATA + Structs.offset(Structs.in_pktinfo, "ipi_addr");
    private static final long V6_LOCAL = DATA + Structs.offset(Structs.in6_pktinfo, "ipi6_addr");
    private static final long V6_INTERFACE =
            DATA + Structs.offset(Structs.in6_pktinfo, "ipi6_ifindex");
    private static final long V4_SIZE = Structs.in_pktinfo.byteSize();
    private static final long V6_SIZE = Structs.in6_pktinfo.byteSize();

    private PacketInfo() {}

    /// Finds the packet info among the control messages in `[from, from + length)`, or [#NONE].
    static long find(MemorySegment controls, long from, long length) {
        long end = from + length;
        for (long at = from; at + DATA <= end; ) {
            long size = controls.get(JAVA_LONG, at + LENGTH);
            if (size < DATA || size > end - at) {
                return NONE;
            }
            if (isPacketInfo(controls, at, size)) {
                return at;
            }
            at += Structs.cmsgSpace(size - DATA);
        }
        return NONE;
    }

    static long high(MemorySegment controls, long at) {
        return isV4(controls, at) ? 0 : controls.get(Structs.NET_LONG, at + V6_LOCAL);
    }

    static long low(MemorySegment controls, long at) {
        return isV4(controls, at)
                ? Integer.toUnsignedLong(controls.get(Structs.NET_INT, at + V4_LOCAL))
                : controls.get(Structs.NET_LONG, at + V6_LOCAL + Long.BYTES);
    }

    static int networkInterface(MemorySegment controls, long at) {
        return controls.get(JAVA_INT, at + (isV4(controls, at) ? V4_INTERFACE : V6_INTERFACE));
    }

    /// Writes packet info at `at`; the answer is the space it takes.
    static long write(MemorySegment controls, long at, int bits, long high, long low, int ifindex) {
        boolean v4 = bits == MessageHeaders.V4_BITS;
        long size = v4 ? V4_SIZE : V6_SIZE;
        controls.set(JAVA_LONG, at + LENGTH, Structs.cmsgLen(size));
        controls.set(
                JAVA_INT, at + LEVEL, v4 ? MessageHeaders.IPPROTO_IP : MessageHeaders.IPPROTO_IPV6);
        controls.set(
                JAVA_INT, at + TYPE, v4 ? MessageHeaders.IP_PKTINFO : MessageHeaders.IPV6_PKTINFO);
        if (v4) {
            controls.set(JAVA_INT, at + V4_INTERFACE, ifindex);
            controls.set(Structs.NET_INT, at + V4_LOCAL, (int) low);
            controls.set(Structs.NET_INT, at + V4_DESTINATION, 0);
        } else {
            controls.set(Structs.NET_LONG, at + V6_LOCAL, high);
            controls.set(Structs.NET_LONG, at + V6_LOCAL + Long.BYTES, low);
            controls.set(JAVA_INT, at + V6_INTERFACE, ifindex);
        }
        return Structs.cmsgSpace(size);
    }

    private static boolean isPacketInfo(MemorySegment controls, long at, long size) {
        int type = controls.get(JAVA_INT, at + TYPE);
        return switch (controls.get(JAVA_INT, at + LEVEL)) {
            case MessageHeaders.IPPROTO_IP ->
                    type == MessageHeaders.IP_PKTINFO && size >= Structs.cmsgLen(V4_SIZE);
            case MessageHeaders.IPPROTO_IPV6 ->
                    type == MessageHeaders.IPV6_PKTINFO && size >= Structs.cmsgLen(V6_SIZE);
            default -> false;
        };
    }

    private static boolean isV4(MemorySegment controls, long at) {
        return controls.get(JAVA_INT, at + LEVEL) == MessageHeaders.IPPROTO_IP;
    }
}
