// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static jdk.incubator.vector.VectorOperators.ROL;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.IntVector;
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
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final int WORDS = 16;

    private static final IntVector FIRST_1 = swap(1, true);
    private static final IntVector SECOND_1 = swap(1, false);
    private static final IntVector FIRST_2 = swap(2, true);
    private static final IntVector SECOND_2 = swap(2, false);
    private static final IntVector FIRST_4 = swap(4, true);
    private static final IntVector SECOND_4 = swap(4, false);
    private static final IntVector FIRST_8 = swap(8, true);
    private static final IntVector SECOND_8 = swap(8, false);

    private static final IntVector STEPS = IntVector.zero(INTS).addIndex(1);

    /// Lanes from here on belong to [#computeWhole]; those before to [#compute] and, from
    /// [#LANES] on, to the one after it.
    private static final int WHOLE = 2 * LANES;

    // Of each lane: the block counter, and the last two words of the nonce.
    private final int[] counter = new int[3 * LANES];
    private final int[] nonceLow = new int[3 * LANES];
    private final int[] nonceHigh = new int[3 * LANES];

    /// Word `i` of the block of lane `j` at `i * 16 + j`, of the last computation.
    private final int[] words = new int[WORDS * LANES];

    /// The key stream of the last [#compute], block after block.
    private final int[] stream = new int[WORDS * LANES];

    /// Whether the processor has vectors of this size; elsewhere the code is right but slow.
    static boolean isNative() {
        return IntVector.SPECIES_PREFERRED.length() >= LANES;
    }

    /// Gives lanes `lane` to `lane + 16` the blocks of one packet from `block` on; a later call for
    /// a lane among them takes it over. Up to [#LANES] may lie beyond the next computation.
    void fill(int lane, int block, long nonce) {
        STEPS.add(block).intoArray(counter, lane);
        IntVector.broadcast(INTS, (int) nonce).intoArray(nonceLow, lane);
        IntVector.broadcast(INTS, (int) (nonce >>> 32)).intoArray(nonceHigh, lane);
    }

    /// Moves the lanes beyond the next computation to its front.
    void shift() {
        IntVector.fromArray(INTS, counter, LANES).intoArray(counter, 0);
        IntVector.fromArray(INTS, nonceLow, LANES).intoArray(nonceLow, 0);
        IntVector.fromArray(INTS, nonceHigh, LANES).intoArray(nonceHigh, 0);
    }

    /// Computes the first halves of sixteen blocks for `key` (eight little-endian words): word `i`
    /// of lane `j` at `i * 16 + j` of `halves`.
    void computeHalves(int[] key, int[] halves) {
        rounds(key, 0);
        System.arraycopy(words, 0, halves, 0, WORDS / 2 * LANES);
    }

    /// Computes sixteen blocks of key stream for `key`, and of their first halves what
    /// [#computeHalves] gives.
    void compute(int[] key, int[] halves) {
        computeHalves(key, halves);
        transpose();
    }

    /// Computes sixteen blocks of key stream for `key`.
    void compute(int[] key) {
        rounds(key, 0);
        transpose();
    }

    /// Xors sixteen blocks of one packet's key stream, from `block` on, over 1024 bytes of
    /// `memory`.
    void xorWhole(int[] key, int block, long nonce, MemorySegment memory, long at) {
        fill(WHOLE, block, nonce);
        rounds(key, WHOLE);
        transposeOver(memory, at);
    }

    /// The blocks of lanes `from` to `from + 16`, as words. Longer than methods are here: vectors
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
        a0.add(0x61707865).intoArray(words, 0);
        a1.add(0x3320646e).intoArray(words, 16);
        a2.add(0x79622d32).intoArray(words, 32);
        a3.add(0x6b206574).intoArray(words, 48);
        b0.add(key[0]).intoArray(words, 64);
        b1.add(key[1]).intoArray(words, 80);
        b2.add(key[2]).intoArray(words, 96);
        b3.add(key[3]).intoArray(words, 112);
        c0.add(key[4]).intoArray(words, 128);
        c1.add(key[5]).intoArray(words, 144);
        c2.add(key[6]).intoArray(words, 160);
        c3.add(key[7]).intoArray(words, 176);
        d0.add(IntVector.fromArray(INTS, counter, from)).intoArray(words, 192);
        d1.intoArray(words, 208);
        d2.add(IntVector.fromArray(INTS, nonceLow, from)).intoArray(words, 224);
        d3.add(IntVector.fromArray(INTS, nonceHigh, from)).intoArray(words, 240);
    }

    /// Turns words by lane into blocks: a 16 x 16 transposition in four stages, two a pass.
    private void transpose() {
        for (int i = 0; i < 4; i++) {
            quarter(words, 4 * i, 1, FIRST_1, SECOND_1, FIRST_2, SECOND_2, words);
        }
        for (int i = 0; i < 4; i++) {
            quarter(words, i, 4, FIRST_4, SECOND_4, FIRST_8, SECOND_8, stream);
        }
    }

    /// The same, and xors the blocks over `memory`.
    private void transposeOver(MemorySegment memory, long at) {
        for (int i = 0; i < 4; i++) {
            quarter(words, 4 * i, 1, FIRST_1, SECOND_1, FIRST_2, SECOND_2, words);
        }
        for (int i = 0; i < 4; i++) {
            quarterOver(words, i, memory, at + (long) i * BLOCK);
        }
    }

    /// Swaps between rows `row + n * step`: pairs one step apart by `near`, two apart by `far`.
    private static void quarter(
            int[] in,
            int row,
            int step,
            IntVector near0,
            IntVector near1,
            IntVector far0,
            IntVector far1,
            int[] out) {
        IntVector a = IntVector.fromArray(INTS, in, row * LANES);
        IntVector b = IntVector.fromArray(INTS, in, (row + step) * LANES);
        IntVector c = IntVector.fromArray(INTS, in, (row + 2 * step) * LANES);
        IntVector d = IntVector.fromArray(INTS, in, (row + 3 * step) * LANES);
        IntVector ab0 = near0.selectFrom(a, b);
        IntVector ab1 = near1.selectFrom(a, b);
        IntVector cd0 = near0.selectFrom(c, d);
        IntVector cd1 = near1.selectFrom(c, d);
        far0.selectFrom(ab0, cd0).intoArray(out, row * LANES);
        far0.selectFrom(ab1, cd1).intoArray(out, (row + step) * LANES);
        far1.selectFrom(ab0, cd0).intoArray(out, (row + 2 * step) * LANES);
        far1.selectFrom(ab1, cd1).intoArray(out, (row + 3 * step) * LANES);
    }

    /// The second pass for `row`, xored over the blocks from `at` on, four blocks apart.
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

    /// Eight bytes of the stream: those of block `lane` from byte `from`, a multiple of eight.
    long streamLong(int lane, int from) {
        int word = lane * WORDS + from / 4;
        return (stream[word] & 0xffff_ffffL) | ((long) stream[word + 1] << 32);
    }

    void wipe() {
        Arrays.fill(words, 0);
        Arrays.fill(stream, 0);
    }

    /// Xors block `lane` of the stream over 64 bytes of `memory`.
    void xorBlock(int lane, MemorySegment memory, long at) {
        IntVector.fromMemorySegment(INTS, memory, at, LE)
                .lanewise(XOR, IntVector.fromArray(INTS, stream, lane * WORDS))
                .intoMemorySegment(memory, at, LE);
    }
}
