// SPDX-License-Identifier: Apache-2.0
package warren.linux.libc;

import static java.lang.foreign.MemoryLayout.paddingLayout;
import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.MemoryLayout.unionLayout;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/// The kernel's structures under the kernel's names, for 64-bit Linux. A test compares every size
/// and offset with what a C compiler says. Immutable.
public final class Structs {
    /// Fields in network order, readable at any alignment.
    public static final ValueLayout.OfShort NET_SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    public static final ValueLayout.OfInt NET_INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    public static final ValueLayout.OfLong NET_LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /// `<linux/if.h>`: bytes of an interface name with its terminating zero.
    public static final int IFNAMSIZ = 16;

    /// `<netinet/in.h>`
    public static final StructLayout sockaddr_in =
            structLayout(
                            JAVA_SHORT.withName("sin_family"),
                            NET_SHORT.withName("sin_port"),
                            NET_INT.withName("sin_addr"),
                            sequenceLayout(8, JAVA_BYTE).withName("sin_zero"))
                    .withName("sockaddr_in");

    /// `<netinet/in.h>`
    public static final StructLayout sockaddr_in6 =
            structLayout(
                            JAVA_SHORT.withName("sin6_family"),
                            NET_SHORT.withName("sin6_port"),
                            NET_INT.withName("sin6_flowinfo"),
                            sequenceLayout(16, JAVA_BYTE).withName("sin6_addr"),
                            JAVA_INT.withName("sin6_scope_id"))
                    .withName("sockaddr_in6");

    /// `<bits/types/struct_iovec.h>`
    public static final StructLayout iovec =
            structLayout(ADDRESS.withName("iov_base"), JAVA_LONG.withName("iov_len"))
                    .withName("iovec");

    /// `<bits/socket.h>`
    public static final StructLayout msghdr =
            structLayout(
                            ADDRESS.withName("msg_name"),
                            JAVA_INT.withName("msg_namelen"),
                            paddingLayout(4),
                            ADDRESS.withName("msg_iov"),
                            JAVA_LONG.withName("msg_iovlen"),
                            ADDRESS.withName("msg_control"),
                            JAVA_LONG.withName("msg_controllen"),
                            JAVA_INT.withName("msg_flags"),
                            paddingLayout(4))
                    .withName("msghdr");

    /// `<bits/socket.h>`
    public static final StructLayout mmsghdr =
            structLayout(msghdr.withName("msg_hdr"), JAVA_INT.withName("msg_len"), paddingLayout(4))
                    .withName("mmsghdr");

    /// `<bits/socket.h>`
    public static final StructLayout cmsghdr =
            structLayout(
                            JAVA_LONG.withName("cmsg_len"),
                            JAVA_INT.withName("cmsg_level"),
                            JAVA_INT.withName("cmsg_type"))
                    .withName("cmsghdr");

    /// `<bits/in.h>`
    public static final StructLayout in_pktinfo =
            structLayout(
                            JAVA_INT.withName("ipi_ifindex"),
                            NET_INT.withName("ipi_spec_dst"),
                            NET_INT.withName("ipi_addr"))
                    .withName("in_pktinfo");

    /// `<netinet/in.h>`
    public static final StructLayout in6_pktinfo =
            structLayout(
                            sequenceLayout(16, JAVA_BYTE).withName("ipi6_addr"),
                            JAVA_INT.withName("ipi6_ifindex"))
                    .withName("in6_pktinfo");

    /// `<poll.h>`
    public static final StructLayout pollfd =
            structLayout(
                            JAVA_INT.withName("fd"),
                            JAVA_SHORT.withName("events"),
                            JAVA_SHORT.withName("revents"))
                    .withName("pollfd");

    /// `<net/if.h>`, with those members of its union that are used here.
    public static final StructLayout ifreq =
            structLayout(
                            sequenceLayout(IFNAMSIZ, JAVA_BYTE).withName("ifr_name"),
                            unionLayout(
                                            JAVA_SHORT.withName("ifr_flags"),
                                            JAVA_INT.withName("ifr_mtu"),
                                            JAVA_INT.withName("ifr_ifindex"),
                                            sequenceLayout(24, JAVA_BYTE).withName("ifr_largest"))
                                    .withName("ifr_ifru"))
                    .withName("ifreq");

    /// `<linux/virtio_net.h>`, the form without `num_buffers` that a TUN device uses by default, in
    /// the host's byte order.
    public static final StructLayout virtio_net_hdr =
            structLayout(
                            JAVA_BYTE.withName("flags"),
                            JAVA_BYTE.withName("gso_type"),
                            JAVA_SHORT.withName("hdr_len"),
                            JAVA_SHORT.withName("gso_size"),
                            JAVA_SHORT.withName("csum_start"),
                            JAVA_SHORT.withName("csum_offset"))
                    .withName("virtio_net_hdr");

    static final List<StructLayout> ALL =
            List.of(
                    sockaddr_in,
                    sockaddr_in6,
                    iovec,
                    msghdr,
                    mmsghdr,
                    cmsghdr,
                    in_pktinfo,
                    in6_pktinfo,
                    pollfd,
                    ifreq,
                    virtio_net_hdr);

    private Structs() {}

    /// The offset of a member, as `offsetof` gives it; a path reaches into nested structures.
    public static long offset(StructLayout struct, String... path) {
        var elements = new PathElement[path.length];
        for (int i = 0; i < path.length; i++) {
            elements[i] = MemoryLayout.PathElement.groupElement(path[i]);
        }
        return struct.byteOffset(elements);
    }

    /// `CMSG_LEN` of `<bits/socket.h>`.
    public static long cmsgLen(long dataLength) {
        return cmsghdr.byteSize() + dataLength;
    }

    /// `CMSG_SPACE`: header and data, rounded up to whole words.
    public static long cmsgSpace(long dataLength) {
        return cmsgLen(dataLength) + 7 & ~7;
    }
}
