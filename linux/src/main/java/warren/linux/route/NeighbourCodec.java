// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import warren.linux.netlink.PayloadReader;
import warren.linux.netlink.PayloadWriter;

/// Neighbours as `struct ndmsg` and `NDA_*` attributes.
///
/// ```
///  |  ndm_family   |  pad          |          pad                  |
///  |                          ndm_ifindex (s32)                    |
///  |          ndm_state            |  ndm_flags    |  ndm_type     |
/// ```
final class NeighbourCodec {
    private static final int AF_UNSPEC = 0;

    private NeighbourCodec() {}

    /// The kernel lists either proxies or the others.
    static PayloadWriter query(boolean proxies) {
        return header(AF_UNSPEC, 0, 0, proxies ? RtnetlinkConstants.NTF_PROXY : 0);
    }

    static PayloadWriter encode(Neighbour neighbour) {
        if (neighbour.state() == Neighbour.State.OTHER) {
            throw new IllegalArgumentException(
                    "neighbour " + neighbour.address().getHostAddress() + " of state OTHER");
        }
        var out =
                header(
                                Family.of(neighbour.address()).number,
                                neighbour.link(),
                                neighbour.state().number,
                                neighbour.proxy() ? RtnetlinkConstants.NTF_PROXY : 0)
                        .bytes(RtnetlinkConstants.NDA_DST, neighbour.address().getAddress());
        if (neighbour.linkAddress() != null) {
            out.bytes(RtnetlinkConstants.NDA_LLADDR, neighbour.linkAddress().toBytes());
        }
        return out;
    }

    private static PayloadWriter header(int family, int link, int state, int flags) {
        return new PayloadWriter()
                .field8(family)
                .field8(0)
                .field16(0)
                .field32(link)
                .field16(state)
                .field8(flags)
                .field8(0);
    }

    /// Null for a message about something else (a bridge's forwarding entries come as neighbours of
    /// family `AF_BRIDGE`), and for an unsound one, which `in` then says.
    static @Nullable Neighbour decode(PayloadReader in) {
        var family = Inet.family(in.field8());
        in.skip(3);
        int link = in.field32();
        var state = Neighbour.State.of(in.field16());
        int flags = in.field8();
        in.skip(1);
        if (family == null || in.malformed() != null) {
            return null;
        }
        InetAddress address = null;
        MacAddress linkAddress = null;
        for (var a = in.attributes(); a.next(); ) {
            switch (a.type()) {
                case RtnetlinkConstants.NDA_DST -> address = Inet.address(a, family);
                case RtnetlinkConstants.NDA_LLADDR -> linkAddress = LinkCodec.linkAddress(a);
                default -> {}
            }
        }
        if (address == null || in.malformed() != null) {
            Inet.unsound(in);
            return null;
        }
        boolean proxy = (flags & RtnetlinkConstants.NTF_PROXY) != 0;
        return new Neighbour(link, address, linkAddress, state, proxy);
    }
}
