// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// Which link-layer address an address has on a link (ARP and NDP tables), or that the host answers
/// for it. Immutable.
///
/// @param link index
/// @param linkAddress null while it is not known, and for proxies
/// @param proxy the host answers for the address although it belongs to another
public record Neighbour(
        int link,
        InetAddress address,
        @Nullable MacAddress linkAddress,
        State state,
        boolean proxy) {
    public static Neighbour permanent(int link, InetAddress address, MacAddress linkAddress) {
        return new Neighbour(link, address, linkAddress, State.PERMANENT, false);
    }

    public static Neighbour proxy(int link, InetAddress address) {
        return new Neighbour(link, address, null, State.NONE, true);
    }

    /// `NUD_*` of `include/uapi/linux/neighbour.h`. `OTHER` is any that this list does not name; it
    /// is listed, never written.
    public enum State {
        NONE(0x00),
        INCOMPLETE(0x01),
        REACHABLE(0x02),
        STALE(0x04),
        DELAY(0x08),
        PROBE(0x10),
        FAILED(0x20),
        NOARP(0x40),
        PERMANENT(0x80),
        OTHER(-1);

        final int number;

        State(int number) {
            this.number = number;
        }

        static State of(int number) {
            for (State state : values()) {
                if (state.number == number) {
                    return state;
                }
            }
            return OTHER;
        }
    }
}
