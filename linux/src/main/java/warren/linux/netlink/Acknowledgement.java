// SPDX-License-Identifier: Apache-2.0
package warren.linux.netlink;

import org.jspecify.annotations.Nullable;
import warren.linux.errno.Errno;

/// How a request or a dump ended: the content of `NLMSG_ERROR` and `NLMSG_DONE`. Immutable.
///
/// ```
///  |  error: 0 or a negative errno (s32)                           |
///  |  NLMSG_ERROR only: the request's header, and its payload      |
///  |  unless NLM_F_CAPPED                                          |
///  |  with NLM_F_ACK_TLVS: attributes NLMSGERR_ATTR_*              |
/// ```
record Acknowledgement(int errno, String text, @Nullable Malformed malformed) {

    static Acknowledgement of(NetlinkMessage message) {
        var reader = message.payload();
        int error = reader.field32();
        if (message.type() == NetlinkConstants.NLMSG_ERROR) {
            skipRequest(reader, message.flags());
        }
        String text = "";
        if ((message.flags() & NetlinkConstants.NLM_F_ACK_TLVS) != 0) {
            text = text(reader.attributes());
        }
        return new Acknowledgement(-error, text, reader.malformed());
    }

    /// The error comes first: it counts even when what follows it is unsound.
    void check(String operation) throws NetlinkException {
        if (errno == Errno.EPERM && text.isEmpty()) {
            throw new NetlinkException(operation, errno, "needs CAP_NET_ADMIN");
        }
        if (errno != 0) {
            throw new NetlinkException(operation, errno, text);
        }
        if (malformed != null) {
            throw new NetlinkException(operation, Errno.EPROTO, "acknowledgement is " + malformed);
        }
    }

    private static void skipRequest(PayloadReader reader, int flags) {
        int length = reader.field32();
        reader.skip(NetlinkConstants.NLMSG_HDRLEN - 4);
        if ((flags & NetlinkConstants.NLM_F_CAPPED) == 0) {
            reader.skip(length - NetlinkConstants.NLMSG_HDRLEN);
        }
    }

    private static String text(AttributeReader attributes) {
        String text = "";
        String where = "";
        while (attributes.next()) {
            switch (attributes.type()) {
                case NetlinkConstants.NLMSGERR_ATTR_MSG -> text = attributes.string();
                case NetlinkConstants.NLMSGERR_ATTR_OFFS ->
                        where = " (at byte " + attributes.u32() + ")";
                case NetlinkConstants.NLMSGERR_ATTR_MISS_TYPE ->
                        where = " (attribute " + attributes.u32() + " is missing)";
                default -> {}
            }
        }
        return text.isEmpty() ? where.strip() : text + where;
    }
}
