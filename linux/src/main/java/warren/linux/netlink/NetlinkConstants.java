// SPDX-License-Identifier: Apache-2.0
package warren.linux.netlink;

/// Numbers of `include/uapi/linux/netlink.h`, `genetlink.h` and `include/linux/socket.h`, with the
/// kernel's spelling.
public final class NetlinkConstants {
    public static final int AF_NETLINK = 16;
    public static final int NETLINK_ROUTE = 0;
    public static final int NETLINK_GENERIC = 16;

    // struct nlmsghdr: u32 len, u16 type, u16 flags, u32 seq, u32 pid. NLMSG_ALIGNTO is 4.
    public static final int NLMSG_HDRLEN = 4 + 2 + 2 + 4 + 4;
    static final int NLMSG_ALIGNTO = 4;

    static final int NLMSG_NOOP = 1;
    static final int NLMSG_ERROR = 2;
    static final int NLMSG_DONE = 3;
    static final int NLMSG_OVERRUN = 4;
    public static final int NLMSG_MIN_TYPE = 0x10;

    public static final int NLM_F_REQUEST = 0x01;
    public static final int NLM_F_MULTI = 0x02;
    public static final int NLM_F_ACK = 0x04;
    public static final int NLM_F_ECHO = 0x08;
    static final int NLM_F_DUMP_INTR = 0x10;
    public static final int NLM_F_DUMP = 0x100 | 0x200; // NLM_F_ROOT | NLM_F_MATCH
    public static final int NLM_F_REPLACE = 0x100;
    public static final int NLM_F_EXCL = 0x200;
    public static final int NLM_F_CREATE = 0x400;
    public static final int NLM_F_APPEND = 0x800;
    static final int NLM_F_CAPPED = 0x100;
    static final int NLM_F_ACK_TLVS = 0x200;

    static final int NLMSGERR_ATTR_MSG = 1;
    static final int NLMSGERR_ATTR_OFFS = 2;
    static final int NLMSGERR_ATTR_MISS_TYPE = 5;

    // struct nlattr: u16 len, u16 type. NLA_ALIGNTO is 4.
    static final int NLA_HDRLEN = 2 + 2;
    static final int NLA_ALIGNTO = 4;
    static final int NLA_F_NESTED = 1 << 15;
    static final int NLA_TYPE_MASK = 0x3fff; // ~(NLA_F_NESTED | NLA_F_NET_BYTEORDER)
    static final int NLA_MAX_LENGTH = 0xffff;

    static final int SOL_NETLINK = 270;
    static final int NETLINK_ADD_MEMBERSHIP = 1;
    static final int NETLINK_CAP_ACK = 10;
    static final int NETLINK_EXT_ACK = 11;
    static final int NETLINK_GET_STRICT_CHK = 12;

    private NetlinkConstants() {}

    /// `NLMSG_ALIGN(len)`, the same as `NLA_ALIGN(len)`:
    /// `(((len)+NLMSG_ALIGNTO-1) & ~(NLMSG_ALIGNTO-1))`.
    static int align(int length) {
        return (length + NLMSG_ALIGNTO - 1) & -NLMSG_ALIGNTO;
    }
}
