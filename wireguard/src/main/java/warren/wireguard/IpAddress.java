// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/// An IPv4 or IPv6 address as a number: the low `bits` bits of `high:low`, most significant first.
/// Immutable. An IPv4-mapped IPv6 address is an IPv6 address here; who takes addresses from
/// dual-stack sockets unmaps them first.
///
/// @param bits 32 for IPv4, 128 for IPv6
/// @param high the first 64 bits of an IPv6 address; 0 for IPv4
/// @param low the last 64 bits of an IPv6 address; the IPv4 address as an unsigned number
public record IpAddress(int bits, long high, long low) implements Comparable<IpAddress> {
    /// Without the leading zeros that some read as octal.
    private static final Pattern V4_SHAPE =
            Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");

    /// What the JDK's parser is too lenient for: brackets, scopes and groups of more than four
    /// digits. Everything else it checks itself.
    private static final Pattern V6_SHAPE =
            Pattern.compile("(?!.*[0-9a-fA-F]{5})[0-9a-fA-F:.]{2,45}");

    public IpAddress {
        if (bits != 32 && bits != 128) {
            throw new IllegalArgumentException("an address has 32 or 128 bits, not " + bits);
        }
        if (bits == 32 && (high != 0 || low >>> 32 != 0)) {
            throw new IllegalArgumentException("more than 32 bits in an IPv4 address");
        }
    }

    public static IpAddress v4(int value) {
        return new IpAddress(32, 0, Integer.toUnsignedLong(value));
    }

    public static IpAddress v6(long high, long low) {
        return new IpAddress(128, high, low);
    }

    /// @param bytes 4 or 16 bytes in network order
    public static IpAddress of(byte[] bytes) {
        return switch (bytes.length) {
            case 4 -> new IpAddress(32, 0, number(bytes, 0, 4));
            case 16 -> new IpAddress(128, number(bytes, 0, 8), number(bytes, 8, 8));
            default ->
                    throw new IllegalArgumentException(
                            "an address has 4 or 16 bytes, not " + bytes.length);
        };
    }

    public static IpAddress of(InetAddress address) {
        return of(address.getAddress());
    }

    /// Reads a literal such as `10.100.0.2` or `fd00::1`; never asks a name server.
    ///
    /// @throws IllegalArgumentException naming the text where it is not an address literal
    public static IpAddress parse(String text) {
        boolean fourParts = text.indexOf(':') < 0;
        String quad = text.substring(text.lastIndexOf(':') + 1);
        boolean goodQuad = V4_SHAPE.matcher(quad).matches();
        if (fourParts
                ? !goodQuad
                : !V6_SHAPE.matcher(text).matches() || (quad.indexOf('.') >= 0 && !goodQuad)) {
            throw new IllegalArgumentException("not an IP address: " + text);
        }
        try {
            InetAddress literal = InetAddress.ofLiteral(text);
            if (!fourParts && literal.getAddress().length == 4) { // the JDK unmaps ::ffff:a.b.c.d
                return v6(0, 0xffff_0000_0000L | of(literal).low);
            }
            return of(literal);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not an IP address: " + text, e);
        }
    }

    public boolean isV4() {
        return bits == 32;
    }

    /// 4 or 16 bytes in network order; a new array.
    public byte[] toBytes() {
        byte[] bytes = new byte[bits / 8];
        for (int i = 0; i < bytes.length; i++) {
            int shift = (bytes.length - 1 - i) * 8;
            bytes[i] = (byte) (shift >= 64 ? high >>> (shift - 64) : low >>> shift);
        }
        return bytes;
    }

    public InetAddress toInetAddress() {
        try {
            return InetAddress.getByAddress(toBytes());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes are always an address", e);
        }
    }

    @Override
    public int compareTo(IpAddress other) {
        int byBits = Integer.compare(bits, other.bits);
        int byHigh = byBits != 0 ? byBits : Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    /// Dotted quad, or RFC 5952 text.
    @Override
    public String toString() {
        if (isV4()) {
            return (low >>> 24)
                    + "."
                    + ((low >>> 16) & 255)
                    + "."
                    + ((low >>> 8) & 255)
                    + "."
                    + (low & 255);
        }
        return Ipv6Text.format(high, low);
    }

    private static long number(byte[] bytes, int from, int count) {
        long value = 0;
        for (int i = from; i < from + count; i++) {
            value = (value << 8) | (bytes[i] & 0xffL);
        }
        return value;
    }
}
