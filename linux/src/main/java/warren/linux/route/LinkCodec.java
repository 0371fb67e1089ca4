// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import java.net.Inet4Address;
import org.jspecify.annotations.Nullable;
import warren.linux.netlink.AttributeReader;
import warren.linux.netlink.PayloadReader;
import warren.linux.netlink.PayloadWriter;

/// Links as `struct ifinfomsg` and `IFLA_*` attributes.
///
/// ```
///  |  ifi_family   |  pad          |          ifi_type             |
///  |                          ifi_index (s32)                      |
///  |                          ifi_flags (IFF_*)                    |
///  |                          ifi_change: mask of flags to change  |
/// ```
final class LinkCodec {
    private static final int AF_UNSPEC = 0;

    private LinkCodec() {}

    static PayloadWriter header(int index) {
        return header(new PayloadWriter(), index, null);
    }

    private static PayloadWriter header(PayloadWriter out, int index, @Nullable Boolean up) {
        int change = up == null ? 0 : RtnetlinkConstants.IFF_UP;
        int flags = up != null && up ? RtnetlinkConstants.IFF_UP : 0;
        return out.field8(AF_UNSPEC)
                .field8(0)
                .field16(0)
                .field32(index)
                .field32(flags)
                .field32(change);
    }

    /// A request for all links, or with a name for that one, without their counters.
    static PayloadWriter query(int index, @Nullable String name) {
        var out = header(index);
        if (name != null) {
            out.string(RtnetlinkConstants.IFLA_IFNAME, name);
        }
        return out.u32(
                RtnetlinkConstants.IFLA_EXT_MASK, RtnetlinkConstants.RTEXT_FILTER_SKIP_STATS);
    }

    static PayloadWriter set(int index, LinkSettings settings) {
        var out = header(new PayloadWriter(), index, settings.up());
        if (settings.name() != null) {
            out.string(RtnetlinkConstants.IFLA_IFNAME, settings.name());
        }
        if (settings.alias() != null) {
            alias(out, settings.alias());
        }
        if (settings.master() != null) {
            out.u32(RtnetlinkConstants.IFLA_MASTER, settings.master());
        }
        return birth(out, settings);
    }

    static PayloadWriter move(int index, int namespaceFd) {
        return header(index).u32(RtnetlinkConstants.IFLA_NET_NS_FD, namespaceFd);
    }

    /// The creation of a link, down: what the kernel takes only of a link that exists (`alias`,
    /// `master`) and `up` are for a `set` afterwards.
    static PayloadWriter create(NewLink link) {
        var out = header(0).string(RtnetlinkConstants.IFLA_IFNAME, link.name());
        birth(out, link.settings());
        return out.nested(RtnetlinkConstants.IFLA_LINKINFO, info -> kind(info, link));
    }

    /// The kernel drops an alias of length 0, and wants no closing zero in a longer one.
    private static void alias(PayloadWriter out, String alias) {
        out.bytes(
                RtnetlinkConstants.IFLA_IFALIAS,
                alias.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static PayloadWriter birth(PayloadWriter out, LinkSettings settings) {
        if (settings.mtu() != null) {
            out.u32(RtnetlinkConstants.IFLA_MTU, settings.mtu());
        }
        if (settings.address() != null) {
            out.bytes(RtnetlinkConstants.IFLA_ADDRESS, settings.address().toBytes());
        }
        return out;
    }

    private static void kind(PayloadWriter info, NewLink link) {
        switch (link) {
            case NewLink.Bridge _ -> info.string(RtnetlinkConstants.IFLA_INFO_KIND, "bridge");
            case NewLink.Veth veth ->
                    info.string(RtnetlinkConstants.IFLA_INFO_KIND, "veth")
                            .nested(
                                    RtnetlinkConstants.IFLA_INFO_DATA,
                                    data ->
                                            data.nested(
                                                    RtnetlinkConstants.VETH_INFO_PEER,
                                                    peer -> peer(peer, veth.peer())));
            case NewLink.Vxlan vxlan ->
                    info.string(RtnetlinkConstants.IFLA_INFO_KIND, "vxlan")
                            .nested(RtnetlinkConstants.IFLA_INFO_DATA, data -> vxlan(data, vxlan));
        }
    }

    private static void peer(PayloadWriter out, NewLink.Peer peer) {
        header(out, 0, null).string(RtnetlinkConstants.IFLA_IFNAME, peer.name());
        birth(out, peer.settings());
        if (peer.namespace() != null) {
            out.u32(RtnetlinkConstants.IFLA_NET_NS_FD, peer.namespace().fd());
        }
    }

    private static void vxlan(PayloadWriter out, NewLink.Vxlan vxlan) {
        out.u32(RtnetlinkConstants.IFLA_VXLAN_ID, vxlan.vni())
                .big16(RtnetlinkConstants.IFLA_VXLAN_PORT, vxlan.port())
                .u8(RtnetlinkConstants.IFLA_VXLAN_LEARNING, 0);
        if (vxlan.underlay() != 0) {
            out.u32(RtnetlinkConstants.IFLA_VXLAN_LINK, vxlan.underlay());
        }
        if (vxlan.local() != null) {
            int type =
                    vxlan.local() instanceof Inet4Address
                            ? RtnetlinkConstants.IFLA_VXLAN_LOCAL
                            : RtnetlinkConstants.IFLA_VXLAN_LOCAL6;
            out.bytes(type, vxlan.local().getAddress());
        }
    }

    /// Null for a message about something else (bridge ports come as links of family `AF_BRIDGE`)
    /// and for an unsound one, which `in` then says.
    static @Nullable Link decode(PayloadReader in) {
        int family = in.field8();
        in.skip(3);
        int index = in.field32();
        int flags = in.field32();
        in.skip(4);
        if (family != AF_UNSPEC || in.malformed() != null) {
            return null;
        }
        var fields = new Fields();
        for (var a = in.attributes(); a.next(); ) {
            fields.read(a);
        }
        return in.malformed() == null ? fields.link(index, flags) : null;
    }

    /// The attributes of one link while they are read.
    private static final class Fields {
        private String name = "";
        private @Nullable String kind;
        private int mtu;
        private @Nullable MacAddress address;
        private @Nullable String alias;
        private int master;
        private int peer;
        private int peerNamespace = -1;

        void read(AttributeReader a) {
            switch (a.type()) {
                case RtnetlinkConstants.IFLA_IFNAME -> name = a.string();
                case RtnetlinkConstants.IFLA_MTU -> mtu = a.u32();
                case RtnetlinkConstants.IFLA_ADDRESS -> address = linkAddress(a);
                case RtnetlinkConstants.IFLA_IFALIAS -> alias = a.string();
                case RtnetlinkConstants.IFLA_MASTER -> master = a.u32();
                case RtnetlinkConstants.IFLA_LINK -> peer = a.u32();
                case RtnetlinkConstants.IFLA_LINK_NETNSID -> peerNamespace = a.u32();
                case RtnetlinkConstants.IFLA_LINKINFO -> kind = kind(a.nested());
                default -> {}
            }
        }

        private static @Nullable String kind(AttributeReader info) {
            String kind = null;
            while (info.next()) {
                if (info.type() == RtnetlinkConstants.IFLA_INFO_KIND) {
                    kind = info.string();
                }
            }
            return kind;
        }

        Link link(int index, int flags) {
            return new Link(
                    index,
                    name,
                    kind,
                    mtu,
                    (flags & RtnetlinkConstants.IFF_UP) != 0,
                    (flags & RtnetlinkConstants.IFF_LOWER_UP) != 0,
                    address,
                    alias,
                    master,
                    peer,
                    peerNamespace);
        }
    }

    /// Null where links have addresses of another length, as tunnels and InfiniBand do.
    static @Nullable MacAddress linkAddress(AttributeReader a) {
        return a.valueLength() == MacAddress.LENGTH ? MacAddress.of(a.bytes()) : null;
    }
}
