// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import java.net.InetAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An address on a link. Immutable.
///
/// @param link index
/// @param address with the prefix length of its network
/// @param remote the far end on a point-to-point link; null when there is none
/// @param scope null lets the kernel choose: universe
/// @param flags `TENTATIVE`, `DADFAILED`, `SECONDARY` and `PERMANENT` are the kernel's to set
public record AssignedAddress(
        int link,
        Cidr address,
        @Nullable InetAddress remote,
        @Nullable Scope scope,
        Set<Flag> flags) {
    public AssignedAddress {
        flags = Set.copyOf(flags);
        if (link <= 0) {
            throw new IllegalArgumentException("address " + address + " on link " + link);
        }
    }

    /// An address that is usable at once and brings no route along: `nodad noprefixroute`.
    public static AssignedAddress bare(int link, Cidr address) {
        return new AssignedAddress(
                link, address, null, null, Set.of(Flag.NODAD, Flag.NOPREFIXROUTE));
    }

    /// Bits of `IFA_FLAGS`, `include/uapi/linux/if_addr.h`.
    public enum Flag {
        SECONDARY(0x01),
        NODAD(0x02),
        OPTIMISTIC(0x04),
        DADFAILED(0x08),
        HOMEADDRESS(0x10),
        DEPRECATED(0x20),
        TENTATIVE(0x40),
        PERMANENT(0x80),
        MANAGETEMPADDR(0x100),
        NOPREFIXROUTE(0x200),
        MCAUTOJOIN(0x400),
        STABLE_PRIVACY(0x800);

        final int bit;

        Flag(int bit) {
            this.bit = bit;
        }
    }
}
