// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import warren.wireguard.IpAddress;

/// Who a node is, short: the first 80 bits of the hash of its identity key, and the last 80 bits
/// of its node address. Ordered as an unsigned number. Immutable.
///
/// @param high the first 16 bits
/// @param low the last 64 bits
public record NodeId(int high, long low) implements Comparable<NodeId> {
    /// Bytes of an id.
    public static final int LENGTH = 10;

    public NodeId {
        if (high >>> 16 != 0) {
            throw new IllegalArgumentException("a node id has 80 bits");
        }
    }

    /// @param bytes ten bytes, most significant first
    public static NodeId of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a node id has 10 bytes, not " + bytes.length);
        }
        long low = 0;
        for (int i = 2; i < LENGTH; i++) {
            low = (low << 8) | (bytes[i] & 0xff);
        }
        return new NodeId(((bytes[0] & 0xff) << 8) | (bytes[1] & 0xff), low);
    }

    /// The node that has this address; what the first 48 bits say is not looked at.
    public static NodeId of(IpAddress nodeAddress) {
        return new NodeId((int) (nodeAddress.high() & 0xffff), nodeAddress.low());
    }

    /// Reads the twenty hexadecimal digits that [#toString()] writes.
    ///
    /// @throws IllegalArgumentException naming the text where it is not a node id
    public static NodeId parse(String text) {
        if (!text.matches("[0-9a-f]{20}")) {
            throw new IllegalArgumentException(
                    "not a node id (twenty hexadecimal digits): " + text);
        }
        return of(HexFormat.of().parseHex(text));
    }

    /// Ten bytes, most significant first; a new array.
    public byte[] toBytes() {
        byte[] bytes = new byte[LENGTH];
        bytes[0] = (byte) (high >>> 8);
        bytes[1] = (byte) high;
        for (int i = 2; i < LENGTH; i++) {
            bytes[i] = (byte) (low >>> (8 * (LENGTH - 1 - i)));
        }
        return bytes;
    }

    // Written out: looked up for every update of every datagram.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NodeId it && low == it.low && high == it.high;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(low); // the bits of a hash
    }

    @Override
    public int compareTo(NodeId other) {
        int byHigh = Integer.compare(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    /// Twenty hexadecimal digits.
    @Override
    public String toString() {
        return String.format("%04x%016x", high, low);
    }
}
