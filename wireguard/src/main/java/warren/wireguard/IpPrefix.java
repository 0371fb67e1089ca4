// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

/// A range of addresses in CIDR form. Immutable; host bits are always zero.
///
/// @param address the first address of the range
/// @param length how many leading bits are fixed: 0 to 32, or 0 to 128
public record IpPrefix(IpAddress address, int length) implements Comparable<IpPrefix> {
    public IpPrefix {
        if (length < 0 || length > address.bits()) {
            throw new IllegalArgumentException(
                    "prefix length " + length + " is not within 0.." + address.bits());
        }
        address = mask(address, length);
    }

    /// One address: a `/32` or `/128`.
    public static IpPrefix of(IpAddress address) {
        return new IpPrefix(address, address.bits());
    }

    /// Reads `10.100.0.0/16`; host bits are cleared, and a bare address is one address.
    ///
    /// @throws IllegalArgumentException naming the text where it is not a prefix
    public static IpPrefix parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return of(IpAddress.parse(text));
        }
        String length = text.substring(slash + 1);
        if (!length.matches("\\d{1,3}")) {
            throw new IllegalArgumentException("not a prefix: " + text);
        }
        return new IpPrefix(IpAddress.parse(text.substring(0, slash)), Integer.parseInt(length));
    }

    public boolean contains(IpAddress candidate) {
        return candidate.bits() == address.bits() && mask(candidate, length).equals(address);
    }

    public boolean contains(IpPrefix other) {
        return other.length >= length && contains(other.address);
    }

    public boolean overlaps(IpPrefix other) {
        return contains(other) || other.contains(this);
    }

    /// Whether the range is a single address.
    public boolean isSingle() {
        return length == address.bits();
    }

    @Override
    public int compareTo(IpPrefix other) {
        int byAddress = address.compareTo(other.address);
        return byAddress != 0 ? byAddress : Integer.compare(length, other.length);
    }

    @Override
    public String toString() {
        return address + "/" + length;
    }

    private static IpAddress mask(IpAddress address, int length) {
        if (address.isV4()) {
            return new IpAddress(32, 0, address.low() & 0xffff_ffffL & ones(length + 32));
        }
        return IpAddress.v6(
                address.high() & ones(Math.min(length, 64)),
                address.low() & ones(Math.max(length - 64, 0)));
    }

    /// 64 bits of which the first `count` are set; 0 to 64.
    private static long ones(int count) {
        return count == 0 ? 0 : -1L << (64 - count);
    }
}
