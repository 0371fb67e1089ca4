// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Where the fields of inner packets' headers are that splitting and joining read and change.
///
///     IPv4 (RFC 791)             IPv6 (RFC 8200)          TCP (RFC 9293)         UDP (RFC 768)
///      0 version, words           0 version, class, flow   0 ports                0 ports
///      1 type of service          4 payload length         4 sequence             4 length
///      2 total length             6 next header            8 acknowledgement      6 checksum
///      4 identification           7 hop limit             12 words, flags
///      6 flags, fragment          8 source                14 window
///      8 time to live            24 destination           16 checksum
///      9 protocol                                         18 urgent pointer
///     10 checksum
///     12 source, 16 destination
///
/// No state.
final class InnerHeader {
    static final int V4_LENGTH = 20;
    static final int V6_LENGTH = 40;
    static final int TCP_LENGTH = 20;
    static final int UDP_LENGTH = 8;

    static final int TCP = 6;
    static final int UDP = 17;

    static final int V4_TOTAL_LENGTH = 2;
    static final int V4_IDENTIFICATION = 4;
    static final int V4_FRAGMENT = 6;
    static final int V4_CHECKSUM = 10;
    static final int V4_ADDRESSES = 12;
    static final int V6_PAYLOAD_LENGTH = 4;
    static final int V6_ADDRESSES = 8;

    static final int TCP_SEQUENCE = 4;
    static final int TCP_ACKNOWLEDGEMENT = 8;
    static final int TCP_WORDS = 12;
    static final int TCP_FLAGS = 13;
    static final int TCP_CHECKSUM = 16;
    static final int TCP_URGENT = 18;
    static final int UDP_LENGTH_FIELD = 4;
    static final int UDP_CHECKSUM = 6;

    static final int FIN = 0x01;
    static final int PSH = 0x08;
    static final int ACK = 0x10;
    static final int ECE = 0x40;
    static final int CWR = 0x80;

    /// Don't-fragment in the word at [#V4_FRAGMENT]; the rest but the reserved bit is for
    /// fragments.
    static final int DF = 0x4000;

    static final int PACKET_MAX = 65_535;

    private static final ValueLayout.OfShort NET_SHORT =
            JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt NET_INT =
            JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private InnerHeader() {}

    static int byteAt(MemorySegment memory, long at) {
        return Byte.toUnsignedInt(memory.get(JAVA_BYTE, at));
    }

    static int shortAt(MemorySegment memory, long at) {
        return Short.toUnsignedInt(memory.get(NET_SHORT, at));
    }

    static int intAt(MemorySegment memory, long at) {
        return memory.get(NET_INT, at);
    }

    static long longAt(MemorySegment memory, long at) {
        return memory.get(JAVA_LONG_UNALIGNED, at);
    }

    /// A field of sixteen bits in the host's order, as [InternetChecksum] has it.
    static int wordAt(MemorySegment memory, long at) {
        return Short.toUnsignedInt(memory.get(JAVA_SHORT_UNALIGNED, at));
    }

    static void setByte(MemorySegment memory, long at, int value) {
        memory.set(JAVA_BYTE, at, (byte) value);
    }

    static void setShort(MemorySegment memory, long at, int value) {
        memory.set(NET_SHORT, at, (short) value);
    }

    static void setInt(MemorySegment memory, long at, int value) {
        memory.set(NET_INT, at, value);
    }

    static void setWord(MemorySegment memory, long at, int value) {
        memory.set(JAVA_SHORT_UNALIGNED, at, (short) value);
    }

    static int version(MemorySegment memory, long at) {
        return byteAt(memory, at) >>> 4;
    }

    /// Makes the length that the IP header states `length`, and its checksum right.
    ///
    /// @param headerLength of the IP header
    static void setPacketLength(MemorySegment memory, long at, int headerLength, int length) {
        if (version(memory, at) == 6) {
            setShort(memory, at + V6_PAYLOAD_LENGTH, length - V6_LENGTH);
            return;
        }
        setShort(memory, at + V4_TOTAL_LENGTH, length);
        setWord(memory, at + V4_CHECKSUM, 0);
        long sum = InternetChecksum.sum(memory, at, headerLength);
        setWord(memory, at + V4_CHECKSUM, InternetChecksum.complement(sum));
    }

    /// The sum of the pseudo header (RFC 9293 section 3.1, RFC 8200 section 8.1).
    ///
    /// @param length of the transport header and its payload
    static long pseudoSum(MemorySegment memory, long at, int protocol, int length) {
        long addresses =
                version(memory, at) == 6
                        ? InternetChecksum.sum(memory, at + V6_ADDRESSES, 32)
                        : InternetChecksum.sum(memory, at + V4_ADDRESSES, 8);
        return addresses + InternetChecksum.word(protocol) + InternetChecksum.word(length);
    }
}
