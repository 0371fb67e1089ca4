// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/// An address with a prefix length: an address on a link (`10.100.0.1/26`, host bits kept) or a
/// prefix (`10.100.0.0/26`). Immutable.
public record Cidr(InetAddress address, int prefixLength) {
    public Cidr {
        if (prefixLength < 0 || prefixLength > 8 * address.getAddress().length) {
            throw new IllegalArgumentException(
                    "prefix length " + prefixLength + " for " + address.getHostAddress());
        }
    }

    /// The address alone: `/32` or `/128`.
    public static Cidr host(InetAddress address) {
        return new Cidr(address, 8 * address.getAddress().length);
    }

    /// Reads `ADDRESS/LENGTH`, or `ADDRESS` for a host; never asks the resolver.
    ///
    /// @throws IllegalArgumentException when it is neither
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return host(InetAddress.ofLiteral(text));
        }
        var address = InetAddress.ofLiteral(text.substring(0, slash));
        return new Cidr(address, Integer.parseInt(text.substring(slash + 1)));
    }

    public Family family() {
        return Family.of(address);
    }

    /// The same prefix with its host bits cleared, as the kernel wants route destinations.
    public Cidr masked() {
        byte[] bytes = address.getAddress();
        for (int i = 0; i < bytes.length; i++) {
            int kept = Math.clamp(prefixLength - 8 * i, 0, 8);
            bytes[i] = (byte) (bytes[i] & (0xff00 >> kept));
        }
        return new Cidr(addressOf(bytes), prefixLength);
    }

    public boolean contains(InetAddress other) {
        return Family.of(other) == family()
                && new Cidr(other, prefixLength).masked().address().equals(masked().address());
    }

    /// Whether some address is in both.
    public boolean overlaps(Cidr other) {
        return prefixLength <= other.prefixLength
                ? contains(other.address)
                : other.contains(address);
    }

    private InetAddress addressOf(byte[] bytes) {
        try {
            return address instanceof Inet4Address
                    ? InetAddress.getByAddress(bytes)
                    : java.net.Inet6Address.getByAddress(null, bytes, -1);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + bytes.length + " bytes", e);
        }
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + prefixLength;
    }
}
