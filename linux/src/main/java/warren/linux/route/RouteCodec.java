// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import warren.linux.netlink.AttributeReader;
import warren.linux.netlink.Malformed;
import warren.linux.netlink.PayloadReader;
import warren.linux.netlink.PayloadWriter;

/// Routes as `struct rtmsg` and `RTA_*` attributes.
///
/// ```
///  |  rtm_family   |  rtm_dst_len  |  rtm_src_len  |  rtm_tos      |
///  |  rtm_table    | rtm_protocol  |  rtm_scope    |  rtm_type     |
///  |                          rtm_flags (u32)                      |
/// ```
///
/// `rtm_table` has eight bits; `RTA_TABLE` has the whole number and wins.
final class RouteCodec {
    private RouteCodec() {}

    static PayloadWriter query(RouteFilter filter) {
        var out =
                new PayloadWriter()
                        .field8(filter.family().number)
                        .field8(0)
                        .field8(0)
                        .field8(0)
                        .field8(shortTable(filter.table()))
                        .field8(filter.protocol())
                        .field8(0)
                        .field8(0)
                        .field32(0);
        if (filter.table() != 0) {
            out.u32(RtnetlinkConstants.RTA_TABLE, filter.table());
        }
        if (filter.link() != 0) {
            out.u32(RtnetlinkConstants.RTA_OIF, filter.link());
        }
        return out;
    }

    /// A route to be added or to replace the one of the same destination, table and priority.
    static PayloadWriter encode(Route route) {
        var out = key(route, route.scope() == null ? usualScope(route) : route.scope());
        if (route.source() != null) {
            out.bytes(RtnetlinkConstants.RTA_PREFSRC, route.source().getAddress());
        }
        if (route.mtu() != 0) {
            out.nested(
                    RtnetlinkConstants.RTA_METRICS,
                    metrics -> metrics.u32(RtnetlinkConstants.RTAX_MTU, route.mtu()));
        }
        return out;
    }

    /// What a route to be deleted must have. `RT_SCOPE_NOWHERE` matches every scope.
    static PayloadWriter encodeDeletion(Route route) {
        return key(route, route.scope() == null ? Scope.NOWHERE : route.scope());
    }

    private static PayloadWriter key(Route route, Scope scope) {
        if (route.type() == Route.Type.OTHER) {
            throw new IllegalArgumentException("route " + route.destination() + " of type OTHER");
        }
        int table = route.table() == 0 ? RtnetlinkConstants.RT_TABLE_MAIN : route.table();
        var destination = route.destination().masked();
        var out =
                new PayloadWriter()
                        .field8(destination.family().number)
                        .field8(destination.prefixLength())
                        .field8(0)
                        .field8(0)
                        .field8(shortTable(table))
                        .field8(route.protocol())
                        .field8(scope.number())
                        .field8(route.type().number)
                        .field32(route.onlink() ? RtnetlinkConstants.RTNH_F_ONLINK : 0)
                        .bytes(RtnetlinkConstants.RTA_DST, destination.address().getAddress())
                        .u32(RtnetlinkConstants.RTA_TABLE, table);
        if (route.link() != 0) {
            out.u32(RtnetlinkConstants.RTA_OIF, route.link());
        }
        if (route.priority() != 0) {
            out.u32(RtnetlinkConstants.RTA_PRIORITY, route.priority());
        }
        if (route.gateway() != null) {
            gateway(out, destination.family(), route.gateway());
        }
        return out;
    }

    private static void gateway(PayloadWriter out, Family family, InetAddress gateway) {
        if (Family.of(gateway) == family) {
            out.bytes(RtnetlinkConstants.RTA_GATEWAY, gateway.getAddress());
        } else {
            out.bytes(RtnetlinkConstants.RTA_VIA, via(gateway));
        }
    }

    /// `struct rtvia`: u16 family, then the address.
    private static byte[] via(InetAddress gateway) {
        var fields = new PayloadWriter().field16(Family.of(gateway).number);
        for (byte b : gateway.getAddress()) {
            fields.field8(b);
        }
        return fields.toByteArray();
    }

    private static int shortTable(int table) {
        return table >>> 8 == 0 ? table : RtnetlinkConstants.RT_TABLE_UNSPEC;
    }

    /// As `ip route` chooses: what needs no gateway is on the link. IPv6 has no scopes.
    private static Scope usualScope(Route route) {
        if (route.destination().family() == Family.INET6) {
            return Scope.UNIVERSE;
        }
        return switch (route.type()) {
            case LOCAL -> Scope.HOST;
            case BROADCAST, MULTICAST, ANYCAST -> Scope.LINK;
            case UNICAST -> route.gateway() == null ? Scope.LINK : Scope.UNIVERSE;
            case BLACKHOLE, UNREACHABLE, PROHIBIT, THROW, OTHER -> Scope.UNIVERSE;
        };
    }

    /// Null for a message about something else (multicast routing has families of its own), and for
    /// an unsound one, which `in` then says.
    static @Nullable Route decode(PayloadReader in) {
        var family = Inet.family(in.field8());
        int prefixLength = in.field8();
        in.skip(2);
        int table = in.field8();
        int protocol = in.field8();
        var scope = new Scope(in.field8());
        var type = Route.Type.of(in.field8());
        int flags = in.field32();
        if (family == null || in.malformed() != null) {
            return null;
        }
        var fields = new Fields(family, table);
        for (var a = in.attributes(); a.next(); ) {
            fields.read(a);
        }
        var destination = Inet.cidr(in, fields.destination, prefixLength);
        if (destination == null || in.malformed() != null) {
            return null;
        }
        return new Route(
                type,
                destination,
                fields.gateway,
                fields.link,
                fields.source,
                protocol,
                scope,
                fields.table,
                fields.priority,
                fields.mtu,
                (flags & RtnetlinkConstants.RTNH_F_ONLINK) != 0);
    }

    /// The attributes of one route while they are read.
    private static final class Fields {
        private final Family family;
        // The default route has no RTA_DST.
        private @Nullable InetAddress destination;
        private @Nullable InetAddress gateway;
        private @Nullable InetAddress source;
        private int link;
        private int table;
        private int priority;
        private int mtu;

        Fields(Family family, int table) {
            this.family = family;
            this.table = table;
            this.destination = InetAddress.ofLiteral(family == Family.INET ? "0.0.0.0" : "::");
        }

        void read(AttributeReader a) {
            switch (a.type()) {
                case RtnetlinkConstants.RTA_DST -> destination = Inet.address(a, family);
                case RtnetlinkConstants.RTA_GATEWAY -> gateway = Inet.address(a, family);
                case RtnetlinkConstants.RTA_VIA -> gateway = via(a);
                case RtnetlinkConstants.RTA_PREFSRC -> source = Inet.address(a, family);
                case RtnetlinkConstants.RTA_OIF -> link = natural(a);
                case RtnetlinkConstants.RTA_TABLE -> table = a.u32();
                case RtnetlinkConstants.RTA_PRIORITY -> priority = a.u32();
                case RtnetlinkConstants.RTA_METRICS -> metrics(a.nested());
                default -> {}
            }
        }

        private void metrics(AttributeReader metrics) {
            while (metrics.next()) {
                if (metrics.type() == RtnetlinkConstants.RTAX_MTU) {
                    mtu = natural(metrics);
                }
            }
        }

        private static int natural(AttributeReader a) {
            int value = a.u32();
            if (value < 0) {
                a.fail(Malformed.VALUE);
                return 0;
            }
            return value;
        }

        private static @Nullable InetAddress via(AttributeReader a) {
            var in = a.structure();
            var family = Inet.family(in.field16());
            if (family == null) {
                a.fail(Malformed.VALUE);
                return null;
            }
            return in.fieldAddress(family.bits / 8);
        }
    }
}
