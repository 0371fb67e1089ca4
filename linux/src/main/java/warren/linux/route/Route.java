// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// A route. Immutable.
///
/// ```java
/// Route.to(Cidr.parse("10.100.0.0/16")).dev(wg0).source(node).mtu(1420).build();
/// ```
///
/// A multipath route made by somebody else is listed with its destination, but without gateway and
/// link.
///
/// @param destination `0.0.0.0/0` or `::/0` for the default route
/// @param gateway may be IPv6 for an IPv4 destination
/// @param link index of the link it leaves by, or 0
/// @param source preferred source address of the host's own packets
/// @param protocol who made it: `RtnetlinkConstants.RTPROT_WARREN` when we did
/// @param scope null chooses as `ip route` does: link without a gateway, else universe
/// @param table 0 means the main table on writing; listed routes always have one
/// @param priority the metric; 0 lets the kernel choose (0 for IPv4, 1024 for IPv6)
/// @param mtu of packets by this route, or 0 for the link's
/// @param onlink the gateway is on the link although no route says so
public record Route(
        Type type,
        Cidr destination,
        @Nullable InetAddress gateway,
        int link,
        @Nullable InetAddress source,
        int protocol,
        @Nullable Scope scope,
        int table,
        int priority,
        int mtu,
        boolean onlink) {
    public Route {
        if (protocol < 0 || protocol > 255 || mtu < 0 || link < 0) {
            throw new IllegalArgumentException("route to " + destination);
        }
    }

    /// Starts a unicast route of Warren's own protocol number.
    public static Builder to(Cidr destination) {
        return new Builder(destination);
    }

    /// What happens to a packet: `RTN_*` of `include/uapi/linux/rtnetlink.h`. `OTHER` is any that
    /// this list does not name; it is listed, never written.
    public enum Type {
        UNICAST(1),
        LOCAL(2),
        BROADCAST(3),
        ANYCAST(4),
        MULTICAST(5),
        BLACKHOLE(6),
        UNREACHABLE(7),
        PROHIBIT(8),
        THROW(9),
        OTHER(-1);

        final int number;

        Type(int number) {
            this.number = number;
        }

        static Type of(int number) {
            for (Type type : values()) {
                if (type.number == number) {
                    return type;
                }
            }
            return OTHER;
        }
    }

    /// Collects the parts of a route. Confined to one thread.
    public static final class Builder {
        private final Cidr destination;
        private Type type = Type.UNICAST;
        private @Nullable InetAddress gateway;
        private int link;
        private @Nullable InetAddress source;
        private int protocol = RtnetlinkConstants.RTPROT_WARREN;
        private @Nullable Scope scope;
        private int table;
        private int priority;
        private int mtu;
        private boolean onlink;

        private Builder(Cidr destination) {
            this.destination = destination;
        }

        public Builder type(Type value) {
            type = value;
            return this;
        }

        public Builder via(InetAddress value) {
            gateway = value;
            return this;
        }

        /// A gateway that no other route has to reach.
        public Builder viaOnlink(InetAddress value) {
            gateway = value;
            onlink = true;
            return this;
        }

        public Builder dev(int value) {
            link = value;
            return this;
        }

        public Builder source(InetAddress value) {
            source = value;
            return this;
        }

        public Builder protocol(int value) {
            protocol = value;
            return this;
        }

        public Builder scope(Scope value) {
            scope = value;
            return this;
        }

        public Builder table(int value) {
            table = value;
            return this;
        }

        public Builder priority(int value) {
            priority = value;
            return this;
        }

        public Builder mtu(int value) {
            mtu = value;
            return this;
        }

        public Route build() {
            return new Route(
                    type,
                    destination,
                    gateway,
                    link,
                    source,
                    protocol,
                    scope,
                    table,
                    priority,
                    mtu,
                    onlink);
        }
    }
}
