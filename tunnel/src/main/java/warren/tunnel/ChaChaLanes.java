// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static jdk.incubator.vector.VectorOperators.ROL;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/// ChaCha20 (RFC 8439 section 2.3) for sixteen blocks at once, one a lane: lane `j` computes the
/// block whose counter and nonce stand at index `j`, whichever packet it belongs to. Confined to
/// one thread at a time.
///
/// The methods are small and keep vectors in locals: C2 turns each into straight vector code, and
/// boxes every vector where one grows beyond its inlining limits.
final class ChaChaLanes {
    static final int LANES = 16;
    static final int BLOCK = 64;
    static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_512;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final int WORDS = 16;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LE);

    private static final IntVector FIRST_1 = swap(1, true);
    private static final IntVector SECOND_1 = swap(1, false);
    private static final IntVector FIRST_2 = swap(2, true);
    private static final IntVector SECOND_2 = swap(2, false);
    private static final IntVector FIRST_4 = swap(4, true);
    private static final IntVector SECOND_4 = swap(4, false);
    private static final IntVector FIRST_8 = swap(8, true);
    private static final IntVector SECOND_8 = swap(8, false);

    private static final IntVector STEPS = IntVector.zero(INTS).addIndex(1);

    private static final IntVector EVEN = STEPS.add(STEPS);
    private static final IntVector ODD = EVEN.add(1);
    private static final LongVector LOW_STEPS = LongVector.zero(LONGS).addIndex(1).mul(BLOCK);
    private static final LongVector HIGH_STEPS = LOW_STEPS.add((long) LONGS.length() * BLOCK);

    /// Lanes from here on belong to [#xorWhole]; those before to [#compute] and, from [#LANES] on,
    /// to the one after it.
    private static final int WHOLE = 2 * LANES;

    // Of each lane: the block counter, the last two words of the nonce, and where the block lies.
    private final int[] counter = new int[3 * LANES];
    private final int[] nonceLow = new int[3 * LANES];
    private final int[] nonceHigh = new int[3 * LANES];
    private final long[] place = new long[2 * LANES];

    /// The blocks of the last computation, half transposed.
    private final int[] words = new int[WORDS * LANES];

    /// Whether the processor has vectors of this size; elsewhere the code is right but slow.
    static boolean isNative() {
        return IntVector.SPECIES_PREFERRED.length() >= LANES;
    }

    /// Gives lanes `lane` to `lane + 16` the blocks of one packet from `block` on; a later call for
    /// a lane among them takes it over.
    private void lanes(int lane, int block, long nonce) {
        STEPS.add(block).intoArray(counter, lane);
        IntVector.broadcast(INTS, (int) nonce).intoArray(nonceLow, lane);
        IntVector.broadcast(INTS, (int) (nonce >>> 32)).intoArray(nonceHigh, lane);
    }

    /// Gives lane `j` of sixteen block `blocks[from + j]`; the first eight take their nonces from
    /// `nonces[low]` on, the others from `nonces[high]` on.
    void packets(int[] blocks, int from, long[] nonces, int low, int high) {
        IntVector a = LongVector.fromArray(LONGS, nonces, low).reinterpretAsInts();
        IntVector b = LongVector.fromArray(LONGS, nonces, high).reinterpretAsInts();
        IntVector.fromArray(INTS, blocks, from).intoArray(counter, 0);
        EVEN.selectFrom(a, b).intoArray(nonceLow, 0);
        ODD.selectFrom(a, b).intoArray(nonceHigh, 0);
    }

    /// Gives lanes from `lane` on, one of sixteen, the blocks of one packet from `block` on, which
    /// lie from `at` on. They may reach beyond the next computation, by up to sixteen lanes.
    void lanes(int lane, int block, long nonce, long at) {
        lanes(lane, block, nonce);
        LOW_STEPS.add(at).intoArray(place, lane);
        HIGH_STEPS.add(at).intoArray(place, lane + LONGS.length());
    }

    /// Moves the lanes beyond the last computation to the front.
    void shift() {
        System.arraycopy(counter, LANES, counter, 0, LANES);
        System.arraycopy(nonceLow, LANES, nonceLow, 0, LANES);
        System.arraycopy(nonceHigh, LANES, nonceHigh, 0, LANES);
        System.arraycopy(place, LANES, place, 0, LANES);
    }

    /// Computes sixteen blocks of key stream for `key`, eight little-endian words, into `stream`
    /// from `at` on.
    void compute(int[] key, MemorySegment stream, long at) {
        rounds(key, 0);
        for (int i = 0; i < 4; i++) {
            quarter(words, i, stream, at + (long) i * BLOCK);
        }
    }

    /// Xors sixteen blocks of one packet's key stream, from `block` on, over 1024 bytes of
    /// `memory`.
    void xorWhole(int[] key, int block, long nonce, MemorySegment memory, long at) {
        lanes(WHOLE, block, nonce);
        rounds(key, WHOLE);
        for (int i = 0; i < 4; i++) {
            quarterOver(words, i, memory, at + (long) i * BLOCK);
        }
    }

    /// Xors blocks `from` to `to` (exclusive) of `stream` over `memory`, each where it lies.
    void xor(MemorySegment stream, int from, int to, MemorySegment memory) {
        for (int lane = from; lane < to; lane++) {
            long at = place[lane];
            IntVector.fromMemorySegment(INTS, memory, at, LE)
                    .lanewise(
                            XOR, IntVector.fromMemorySegment(INTS, stream, (long) lane * BLOCK, LE))
                    .intoMemorySegment(memory, at, LE);
        }
    }

    /// Xors `bytes` bytes, less than a block, of `stream` from `from` on over `memory` from `at`
    /// on,
    /// where at least a block lies before: 64 bytes that end there, and up to three behind. Of the
    /// four that those are in, the others are written back as they were.
    static void xorTail(MemorySegment stream, long from, int bytes, MemorySegment memory, long at) {
        int whole = bytes / 4;
        long end = at + 4L * whole;
        STEPS.add(whole)
                .selectFrom(
                        IntVector.zero(INTS), IntVector.fromMemorySegment(INTS, stream, from, LE))
                .lanewise(XOR, IntVector.fromMemorySegment(INTS, memory, end - BLOCK, LE))
                .intoMemorySegment(memory, end - BLOCK, LE);
        if (bytes % 4 != 0) {
            int mask = (1 << (8 * (bytes % 4))) - 1;
            int word = stream.get(INT, from + 4L * whole) & mask;
            memory.set(INT, end, memory.get(INT, end) ^ word);
        }
    }

    /// The blocks of lanes `from` to `from + 16` into [#words]. Longer than methods are here:
    /// vectors
    /// handed from method to method would be boxed.
    private void rounds(int[] key, int from) {
        IntVector a0 = IntVector.broadcast(INTS, 0x61707865);
        IntVector a1 = IntVector.broadcast(INTS, 0x3320646e);
        IntVector a2 = IntVector.broadcast(INTS, 0x79622d32);
        IntVector a3 = IntVector.broadcast(INTS, 0x6b206574);
        IntVector b0 = IntVector.broadcast(INTS, key[0]);
        IntVector b1 = IntVector.broadcast(INTS, key[1]);
        IntVector b2 = IntVector.broadcast(INTS, key[2]);
        IntVector b3 = IntVector.broadcast(INTS, key[3]);
        IntVector c0 = IntVector.broadcast(INTS, key[4]);
        IntVector c1 = IntVector.broadcast(INTS, key[5]);
        IntVector c2 = IntVector.broadcast(INTS, key[6]);
        IntVector c3 = IntVector.broadcast(INTS, key[7]);
        IntVector d0 = IntVector.fromArray(INTS, counter, from);
        IntVector d1 = IntVector.zero(INTS);
        IntVector d2 = IntVector.fromArray(INTS, nonceLow, from);
        IntVector d3 = IntVector.fromArray(INTS, nonceHigh, from);
        for (int i = 0; i < 10; i++) {
            a0 = a0.add(b0);
            a1 = a1.add(b1);
            a2 = a2.add(b2);
            a3 = a3.add(b3);
            d0 = d0.lanewise(XOR, a0).lanewise(ROL, 16);
            d1 = d1.lanewise(XOR, a1).lanewise(ROL, 16);
            d2 = d2.lanewise(XOR, a2).lanewise(ROL, 16);
            d3 = d3.lanewise(XOR, a3).lanewise(ROL, 16);
            c0 = c0.add(d0);
            c1 = c1.add(d1);
            c2 = c2.add(d2);
            c3 = c3.add(d3);
            b0 = b0.lanewise(XOR, c0).lanewise(ROL, 12);
            b1 = b1.lanewise(XOR, c1).lanewise(ROL, 12);
            b2 = b2.lanewise(XOR, c2).lanewise(ROL, 12);
            b3 = b3.lanewise(XOR, c3).lanewise(ROL, 12);
            a0 = a0.add(b0);
            a1 = a1.add(b1);
            a2 = a2.add(b2);
            a3 = a3.add(b3);
            d0 = d0.lanewise(XOR, a0).lanewise(ROL, 8);
            d1 = d1.lanewise(XOR, a1).lanewise(ROL, 8);
            d2 = d2.lanewise(XOR, a2).lanewise(ROL, 8);
            d3 = d3.lanewise(XOR, a3).lanewise(ROL, 8);
            c0 = c0.add(d0);
            c1 = c1.add(d1);
            c2 = c2.add(d2);
            c3 = c3.add(d3);
            b0 = b0.lanewise(XOR, c0).lanewise(ROL, 7);
            b1 = b1.lanewise(XOR, c1).lanewise(ROL, 7);
            b2 = b2.lanewise(XOR, c2).lanewise(ROL, 7);
            b3 = b3.lanewise(XOR, c3).lanewise(ROL, 7);

            a0 = a0.add(b1);
            a1 = a1.add(b2);
            a2 = a2.add(b3);
            a3 = a3.add(b0);
            d3 = d3.lanewise(XOR, a0).lanewise(ROL, 16);
            d0 = d0.lanewise(XOR, a1).lanewise(ROL, 16);
            d1 = d1.lanewise(XOR, a2).lanewise(ROL, 16);
            d2 = d2.lanewise(XOR, a3).lanewise(ROL, 16);
            c2 = c2.add(d3);
            c3 = c3.add(d0);
            c0 = c0.add(d1);
            c1 = c1.add(d2);
            b1 = b1.lanewise(XOR, c2).lanewise(ROL, 12);
            b2 = b2.lanewise(XOR, c3).lanewise(ROL, 12);
            b3 = b3.lanewise(XOR, c0).lanewise(ROL, 12);
            b0 = b0.lanewise(XOR, c1).lanewise(ROL, 12);
            a0 = a0.add(b1);
            a1 = a1.add(b2);
            a2 = a2.add(b3);
            a3 = a3.add(b0);
            d3 = d3.lanewise(XOR, a0).lanewise(ROL, 8);
            d0 = d0.lanewise(XOR, a1).lanewise(ROL, 8);
            d1 = d1.lanewise(XOR, a2).lanewise(ROL, 8);
            d2 = d2.lanewise(XOR, a3).lanewise(ROL, 8);
            c2 = c2.add(d3);
            c3 = c3.add(d0);
            c0 = c0.add(d1);
            c1 = c1.add(d2);
            b1 = b1.lanewise(XOR, c2).lanewise(ROL, 7);
            b2 = b2.lanewise(XOR, c3).lanewise(ROL, 7);
            b3 = b3.lanewise(XOR, c0).lanewise(ROL, 7);
            b0 = b0.lanewise(XOR, c1).lanewise(ROL, 7);
        }
        // a transposition of 4 x 4 words within each group of four: half of the whole one
        a0 = a0.add(0x61707865);
        a1 = a1.add(0x3320646e);
        a2 = a2.add(0x79622d32);
        a3 = a3.add(0x6b206574);
        IntVector aEven01 = FIRST_1.selectFrom(a0, a1);
        IntVector aOdd01 = SECOND_1.selectFrom(a0, a1);
        IntVector aEven23 = FIRST_1.selectFrom(a2, a3);
        IntVector aOdd23 = SECOND_1.selectFrom(a2, a3);
        FIRST_2.selectFrom(aEven01, aEven23).intoArray(words, 0);
        FIRST_2.selectFrom(aOdd01, aOdd23).intoArray(words, 16);
        SECOND_2.selectFrom(aEven01, aEven23).intoArray(words, 32);
        SECOND_2.selectFrom(aOdd01, aOdd23).intoArray(words, 48);
        b0 = b0.add(key[0]);
        b1 = b1.add(key[1]);
        b2 = b2.add(key[2]);
        b3 = b3.add(key[3]);
        IntVector bEven01 = FIRST_1.selectFrom(b0, b1);
        IntVector bOdd01 = SECOND_1.selectFrom(b0, b1);
        IntVector bEven23 = FIRST_1.selectFrom(b2, b3);
        IntVector bOdd23 = SECOND_1.selectFrom(b2, b3);
        FIRST_2.selectFrom(bEven01, bEven23).intoArray(words, 64);
        FIRST_2.selectFrom(bOdd01, bOdd23).intoArray(words, 80);
        SECOND_2.selectFrom(bEven01, bEven23).intoArray(words, 96);
        SECOND_2.selectFrom(bOdd01, bOdd23).intoArray(words, 112);
        c0 = c0.add(key[4]);
        c1 = c1.add(key[5]);
        c2 = c2.add(key[6]);
        c3 = c3.add(key[7]);
        IntVector cEven01 = FIRST_1.selectFrom(c0, c1);
        IntVector cOdd01 = SECOND_1.selectFrom(c0, c1);
        IntVector cEven23 = FIRST_1.selectFrom(c2, c3);
        IntVector cOdd23 = SECOND_1.selectFrom(c2, c3);
        FIRST_2.selectFrom(cEven01, cEven23).intoArray(words, 128);
        FIRST_2.selectFrom(cOdd01, cOdd23).intoArray(words, 144);
        SECOND_2.selectFrom(cEven01, cEven23).intoArray(words, 160);
        SECOND_2.selectFrom(cOdd01, cOdd23).intoArray(words, 176);
        d0 = d0.add(IntVector.fromArray(INTS, counter, from));
        d2 = d2.add(IntVector.fromArray(INTS, nonceLow, from));
        d3 = d3.add(IntVector.fromArray(INTS, nonceHigh, from));
        IntVector dEven01 = FIRST_1.selectFrom(d0, d1);
        IntVector dOdd01 = SECOND_1.selectFrom(d0, d1);
        IntVector dEven23 = FIRST_1.selectFrom(d2, d3);
        IntVector dOdd23 = SECOND_1.selectFrom(d2, d3);
        FIRST_2.selectFrom(dEven01, dEven23).intoArray(words, 192);
        FIRST_2.selectFrom(dOdd01, dOdd23).intoArray(words, 208);
        SECOND_2.selectFrom(dEven01, dEven23).intoArray(words, 224);
        SECOND_2.selectFrom(dOdd01, dOdd23).intoArray(words, 240);
    }

    /// The second half of the transposition for `row`: blocks four apart, from `at` on.
    private static void quarter(int[] in, int row, MemorySegment stream, long at) {
        IntVector a = IntVector.fromArray(INTS, in, row * LANES);
        IntVector b = IntVector.fromArray(INTS, in, (row + 4) * LANES);
        IntVector c = IntVector.fromArray(INTS, in, (row + 8) * LANES);
        IntVector d = IntVector.fromArray(INTS, in, (row + 12) * LANES);
        IntVector ab0 = FIRST_4.selectFrom(a, b);
        IntVector ab1 = SECOND_4.selectFrom(a, b);
        IntVector cd0 = FIRST_4.selectFrom(c, d);
        IntVector cd1 = SECOND_4.selectFrom(c, d);
        FIRST_8.selectFrom(ab0, cd0).intoMemorySegment(stream, at, LE);
        FIRST_8.selectFrom(ab1, cd1).intoMemorySegment(stream, at + 4 * BLOCK, LE);
        SECOND_8.selectFrom(ab0, cd0).intoMemorySegment(stream, at + 8 * BLOCK, LE);
        SECOND_8.selectFrom(ab1, cd1).intoMemorySegment(stream, at + 12 * BLOCK, LE);
    }

    /// The same, xored over what is there.
    private static void quarterOver(int[] in, int row, MemorySegment memory, long at) {
        IntVector a = IntVector.fromArray(INTS, in, row * LANES);
        IntVector b = IntVector.fromArray(INTS, in, (row + 4) * LANES);
        IntVector c = IntVector.fromArray(INTS, in, (row + 8) * LANES);
        IntVector d = IntVector.fromArray(INTS, in, (row + 12) * LANES);
        IntVector ab0 = FIRST_4.selectFrom(a, b);
        IntVector ab1 = SECOND_4.selectFrom(a, b);
        IntVector cd0 = FIRST_4.selectFrom(c, d);
        IntVector cd1 = SECOND_4.selectFrom(c, d);
        FIRST_8.selectFrom(ab0, cd0)
                .lanewise(XOR, IntVector.fromMemorySegment(INTS, memory, at, LE))
                .intoMemorySegment(memory, at, LE);
        FIRST_8.selectFrom(ab1, cd1)
                .lanewise(XOR, IntVector.fromMemorySegment(INTS, memory, at + 4 * BLOCK, LE))
                .intoMemorySegment(memory, at + 4 * BLOCK, LE);
        SECOND_8.selectFrom(ab0, cd0)
                .lanewise(XOR, IntVector.fromMemorySegment(INTS, memory, at + 8 * BLOCK, LE))
                .intoMemorySegment(memory, at + 8 * BLOCK, LE);
        SECOND_8.selectFrom(ab1, cd1)
                .lanewise(XOR, IntVector.fromMemorySegment(INTS, memory, at + 12 * BLOCK, LE))
                .intoMemorySegment(memory, at + 12 * BLOCK, LE);
    }

    /// Of a pair of rows `distance` apart, the indices (second row from 16 on) that make the first
    /// row of the transposed pair, or the second.
    private static IntVector swap(int distance, boolean first) {
        int[] index = new int[LANES];
        for (int i = 0; i < LANES; i++) {
            boolean odd = (i & distance) != 0;
            index[i] = first ? (odd ? i - distance + LANES : i) : odd ? i + LANES : i + distance;
        }
        return IntVector.fromArray(INTS, index, 0);
    }

    void wipe() {
        Arrays.fill(words, 0);
    }
}
