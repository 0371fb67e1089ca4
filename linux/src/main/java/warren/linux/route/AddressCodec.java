// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import java.net.InetAddress;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;
import warren.linux.netlink.PayloadReader;
import warren.linux.netlink.PayloadWriter;

/// Addresses as `struct ifaddrmsg` and `IFA_*` attributes.
///
/// ```
///  |  ifa_family   | ifa_prefixlen |  ifa_flags    |  ifa_scope    |
///  |                          ifa_index (u32)                      |
/// ```
///
/// `IFA_LOCAL` is the host's own address and `IFA_ADDRESS` the far end's; without a far end both
/// are the same in IPv4, and IPv6 has `IFA_ADDRESS` alone.
final class AddressCodec {
    private AddressCodec() {}

    static PayloadWriter query() {
        return header(0, 0, 0, 0, 0);
    }

    static PayloadWriter encode(AssignedAddress address) {
        int flags = 0;
        for (var flag : address.flags()) {
            flags |= flag.bit;
        }
        var cidr = address.address();
        int scope = address.scope() == null ? 0 : address.scope().number();
        byte[] local = cidr.address().getAddress();
        byte[] far = address.remote() == null ? local : address.remote().getAddress();
        return header(cidr.family().number, cidr.prefixLength(), flags, scope, address.link())
                .bytes(RtnetlinkConstants.IFA_LOCAL, local)
                .bytes(RtnetlinkConstants.IFA_ADDRESS, far)
                .u32(RtnetlinkConstants.IFA_FLAGS, flags);
    }

    private static PayloadWriter header(
            int family, int prefixLength, int flags, int scope, int link) {
        return new PayloadWriter()
                .field8(family)
                .field8(prefixLength)
                .field8(flags)
                .field8(scope)
                .field32(link);
    }

    /// Null for a message about something else, and for an unsound one, which `in` then says.
    static @Nullable AssignedAddress decode(PayloadReader in) {
        var family = Inet.family(in.field8());
        int prefixLength = in.field8();
        int flags = in.field8();
        int scope = in.field8();
        int link = in.field32();
        if (family == null || in.malformed() != null) {
            return null;
        }
        InetAddress local = null;
        InetAddress far = null;
        for (var a = in.attributes(); a.next(); ) {
            switch (a.type()) {
                case RtnetlinkConstants.IFA_LOCAL -> local = Inet.address(a, family);
                case RtnetlinkConstants.IFA_ADDRESS -> far = Inet.address(a, family);
                case RtnetlinkConstants.IFA_FLAGS -> flags = a.u32();
                default -> {}
            }
        }
        var own = local == null ? far : local;
        var cidr = Inet.cidr(in, own, prefixLength);
        if (cidr == null || link <= 0) {
            Inet.unsound(in);
            return null;
        }
        var remote = far == null || far.equals(own) ? null : far;
        return new AssignedAddress(link, cidr, remote, new Scope(scope), flags(flags));
    }

    private static EnumSet<AssignedAddress.Flag> flags(int bits) {
        var flags = EnumSet.noneOf(AssignedAddress.Flag.class);
        for (var flag : AssignedAddress.Flag.values()) {
            if ((bits & flag.bit) != 0) {
                flags.add(flag);
            }
        }
        return flags;
    }
}
