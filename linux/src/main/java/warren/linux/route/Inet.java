// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import warren.linux.netlink.AttributeReader;
import warren.linux.netlink.Malformed;
import warren.linux.netlink.PayloadReader;

/// Addresses and prefixes as the rtnetlink families have them: the length of the prefix in the
/// header, the address in an attribute.
final class Inet {
    private Inet() {}

    /// Null for a family that is neither IPv4 nor IPv6.
    static @Nullable Family family(int number) {
        for (Family family : Family.values()) {
            if (family.number == number) {
                return family;
            }
        }
        return null;
    }

    /// The attribute as an address of `family`; of another length it is unsound.
    static @Nullable InetAddress address(AttributeReader a, Family family) {
        var address = a.address();
        if (address != null && Family.of(address) != family) {
            a.fail(Malformed.VALUE_LENGTH);
            return null;
        }
        return address;
    }

    /// Null, and `in` unsound, when there is no address or its prefix is too long.
    static @Nullable Cidr cidr(PayloadReader in, @Nullable InetAddress address, int prefixLength) {
        if (address == null || prefixLength > Family.of(address).bits) {
            unsound(in);
            return null;
        }
        return new Cidr(address, prefixLength);
    }

    static void unsound(PayloadReader in) {
        in.fail(Malformed.VALUE);
    }
}
