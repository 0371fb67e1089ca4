// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import java.net.Inet4Address;
import java.net.InetAddress;

/// An address family, with its number from `include/linux/socket.h`.
public enum Family {
    INET(2, 32),
    INET6(10, 128);

    final int number;
    final int bits;

    Family(int number, int bits) {
        this.number = number;
        this.bits = bits;
    }

    public static Family of(InetAddress address) {
        return address instanceof Inet4Address ? INET : INET6;
    }
}
