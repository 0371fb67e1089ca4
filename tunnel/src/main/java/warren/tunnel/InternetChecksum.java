// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/// The ones' complement sum of RFC 1071. Sums are of 16-bit words in the host's order, which RFC
/// 1071 section 2(B) allows as long as results are stored in that order too; numbers that are not
/// read from a packet enter by [#word]. A sum is a `long` that only [#fold] makes sixteen bits, so
/// sums may simply be added. No state.
final class InternetChecksum {
    private static final boolean LITTLE = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    private static final long HALF = 0xffff_ffffL;

    private InternetChecksum() {}

    /// The sum of `length` bytes that start at an even place of what is summed.
    static long sum(MemorySegment memory, long at, int length) {
        long low = 0;
        long high = 0;
        int whole = length & -Long.BYTES;
        for (int i = 0; i < whole; i += Long.BYTES) {
            long eight = memory.get(JAVA_LONG_UNALIGNED, at + i);
            low += eight & HALF;
            high += eight >>> 32;
        }
        return low + high + sumTail(memory, at + whole, length - whole);
    }

    /// A 16-bit number as it would be read from a packet in the host's order.
    static int word(int number) {
        short bits = (short) number;
        return Short.toUnsignedInt(LITTLE ? Short.reverseBytes(bits) : bits);
    }

    /// The sum in sixteen bits.
    static int fold(long sum) {
        long folded = (sum & HALF) + (sum >>> 32);
        folded = (folded & 0xffff) + (folded >>> 16);
        folded = (folded & 0xffff) + (folded >>> 16);
        return (int) ((folded & 0xffff) + (folded >>> 16));
    }

    /// The checksum field for what sums to `sum`.
    static short complement(long sum) {
        return (short) ~fold(sum);
    }

    private static long sumTail(MemorySegment memory, long at, int length) {
        long sum = 0;
        int i = 0;
        if (length >= Integer.BYTES) {
            sum += Integer.toUnsignedLong(memory.get(JAVA_INT_UNALIGNED, at));
            i = Integer.BYTES;
        }
        if (length - i >= Short.BYTES) {
            sum += Short.toUnsignedInt(memory.get(JAVA_SHORT_UNALIGNED, at + i));
            i += Short.BYTES;
        }
        if (i < length) {
            int last = Byte.toUnsignedInt(memory.get(JAVA_BYTE, at + i));
            sum += LITTLE ? last : last << 8;
        }
        return sum;
    }
}
