// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static java.nio.ByteOrder.BIG_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The few fields of inner IP headers that WireGuard looks at, read from raw packets.
///
///     IPv4 (RFC 791)                            IPv6 (RFC 8200)
///      0  version, header length                 0  version
///      2  total length                           4  payload length
///     12  source                                 8  source
///     16  destination                           24  destination
public final class IpHeader {
    /// Bytes of the shortest IPv4 header.
    public static final int V4_LENGTH = 20;

    /// Bytes of the fixed IPv6 header.
    public static final int V6_LENGTH = 40;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(BIG_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(BIG_ENDIAN);

    private IpHeader() {}

    /// 4 or 6; 0 where fewer bytes are present than the version's header has, or it is neither.
    public static int version(MemorySegment memory, long offset, int length) {
        if (length < V4_LENGTH) {
            return 0;
        }
        int version = (memory.get(ValueLayout.JAVA_BYTE, offset) & 0xf0) >>> 4;
        return switch (version) {
            case 4 -> 4;
            case 6 -> length < V6_LENGTH ? 0 : 6;
            default -> 0;
        };
    }

    /// How long the packet says it is, header included, so that padding can be cut off; 0 where
    /// that is less than a header or more than the `length` bytes present, or it is no IP packet.
    public static int packetLength(MemorySegment memory, long offset, int length) {
        int stated =
                switch (version(memory, offset, length)) {
                    case 4 -> Short.toUnsignedInt(memory.get(SHORT, offset + 2));
                    case 6 -> V6_LENGTH + Short.toUnsignedInt(memory.get(SHORT, offset + 4));
                    default -> 0;
                };
        return stated < V4_LENGTH || stated > length ? 0 : stated;
    }

    static int sourceV4(MemorySegment memory, long offset) {
        return memory.get(INT, offset + 12);
    }

    static int destinationV4(MemorySegment memory, long offset) {
        return memory.get(INT, offset + 16);
    }

    static long sourceHigh(MemorySegment memory, long offset) {
        return memory.get(LONG, offset + 8);
    }

    static long sourceLow(MemorySegment memory, long offset) {
        return memory.get(LONG, offset + 16);
    }

    static long destinationHigh(MemorySegment memory, long offset) {
        return memory.get(LONG, offset + 24);
    }

    static long destinationLow(MemorySegment memory, long offset) {
        return memory.get(LONG, offset + 32);
    }
}
