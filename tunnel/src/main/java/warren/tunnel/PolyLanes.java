// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Poly1305 (RFC 8439 section 2.5) of eight messages at once, one a lane, each under a key of its
/// own. Numbers modulo 2^130 - 5 are five limbs of 26 bits, so that products and their sums fit 64
/// bits. Confined to one thread at a time.
final class PolyLanes {
    static final int LANES = 8;

    /// Bytes of a message that [#transpose] takes at once: four blocks.
    static final int STRIDE = 64;

    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_512;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final long LOW_32 = 0xffff_ffffL;
    private static final int STRIDES = 8;

    /// The limb of 2^128.
    static final long BIT = 1;

    /// Rows that [#update] fills.
    static final int BULK = 4 * STRIDES;

    /// Rows behind those, for blocks that are not part of a stride.
    static final int ODD_ROWS = 4;

    private static final LongVector FIRST_1 = swap(1, true);
    private static final LongVector SECOND_1 = swap(1, false);
    private static final LongVector FIRST_2 = swap(2, true);
    private static final LongVector SECOND_2 = swap(2, false);
    private static final LongVector FIRST_4 = swap(4, true);
    private static final LongVector SECOND_4 = swap(4, false);

    private static LongVector swap(int distance, boolean first) {
        long[] index = new long[LANES];
        for (int i = 0; i < LANES; i++) {
            boolean odd = (i & distance) != 0;
            index[i] = first ? (odd ? i - distance + LANES : i) : odd ? i + LANES : i + distance;
        }
        return LongVector.fromArray(LONGS, index, 0);
    }

    /// The limbs of r, then five times those of r, then of h: limb `i` of lane `j` at `i * 8 + j`.
    private final long[] r = new long[5 * LANES];

    private final long[] h = new long[5 * LANES];
    private final long[] pad = new long[2 * LANES];

    /// Of each lane, what [#keep] kept of h.
    private final long[] kept = new long[5 * LANES];

    /// Rows, a block of each lane: the low halves of row `k` at `k * 16`, its high halves at
    /// `k * 16 + 8`. The first [#BULK] are [#update]'s, the others belong to the caller.
    final long[] blocks = new long[(BULK + ODD_ROWS) * 2 * LANES];

    /// Of each row and lane, the bit above the block: 2^128, in the last limb. A lane that has no
    /// block yet, and so h = 0, stays so in a row of zeros without that bit.
    final long[] bits = new long[(BULK + ODD_ROWS) * LANES];

    PolyLanes() {
        Arrays.fill(bits, 0, BULK * LANES, BIT);
    }

    /// Starts lane `lane` under a one-time key, RFC 8439 section 2.5.1: word `i` of eight at
    /// `at + i * step` of `words`.
    void start(int lane, int[] words, int at, int step) {
        r[lane] = words[at] & 0x0fff_ffffL;
        r[8 + lane] = words[at + step] & 0x0fff_fffcL;
        r[16 + lane] = words[at + 2 * step] & 0x0fff_fffcL;
        r[24 + lane] = words[at + 3 * step] & 0x0fff_fffcL;
        for (int i = 0; i < 5; i++) {
            h[i * 8 + lane] = 0;
        }
        pad[lane] = (words[at + 4 * step] & LOW_32) | ((long) words[at + 5 * step] << 32);
        pad[8 + lane] = (words[at + 6 * step] & LOW_32) | ((long) words[at + 7 * step] << 32);
    }

    /// Keeps h of every lane, for [#restore].
    void keep() {
        System.arraycopy(h, 0, kept, 0, kept.length);
    }

    /// Gives lane `lane` the h that was kept, whatever it has absorbed since.
    void restore(int lane) {
        for (int i = lane; i < kept.length; i += LANES) {
            h[i] = kept[i];
        }
    }

    void wipe() {
        Arrays.fill(r, 0);
        Arrays.fill(h, 0);
        Arrays.fill(kept, 0);
        Arrays.fill(pad, 0);
    }

    /// Absorbs `strides * 64` bytes of each lane's message.
    void update(MemorySegment memory, long[] at, int strides) {
        for (int done = 0; done < strides; ) {
            int now = Math.min(STRIDES, strides - done);
            for (int i = 0; i < now; i++) {
                transpose(memory, at, (long) (done + i) * STRIDE, i * 64);
            }
            absorb(0, now * 4);
            done += now;
        }
    }

    private void transpose(MemorySegment memory, long[] at, long offset, int to) {
        LongVector a = LongVector.fromMemorySegment(LONGS, memory, at[0] + offset, LE);
        LongVector b = LongVector.fromMemorySegment(LONGS, memory, at[1] + offset, LE);
        LongVector c = LongVector.fromMemorySegment(LONGS, memory, at[2] + offset, LE);
        LongVector d = LongVector.fromMemorySegment(LONGS, memory, at[3] + offset, LE);
        LongVector e = LongVector.fromMemorySegment(LONGS, memory, at[4] + offset, LE);
        LongVector f = LongVector.fromMemorySegment(LONGS, memory, at[5] + offset, LE);
        LongVector g = LongVector.fromMemorySegment(LONGS, memory, at[6] + offset, LE);
        LongVector i = LongVector.fromMemorySegment(LONGS, memory, at[7] + offset, LE);

        LongVector a1 = FIRST_1.selectFrom(a, b);
        LongVector b1 = SECOND_1.selectFrom(a, b);
        LongVector c1 = FIRST_1.selectFrom(c, d);
        LongVector d1 = SECOND_1.selectFrom(c, d);
        LongVector e1 = FIRST_1.selectFrom(e, f);
        LongVector f1 = SECOND_1.selectFrom(e, f);
        LongVector g1 = FIRST_1.selectFrom(g, i);
        LongVector i1 = SECOND_1.selectFrom(g, i);
        LongVector a2 = FIRST_2.selectFrom(a1, c1);
        LongVector c2 = SECOND_2.selectFrom(a1, c1);
        LongVector b2 = FIRST_2.selectFrom(b1, d1);
        LongVector d2 = SECOND_2.selectFrom(b1, d1);
        LongVector e2 = FIRST_2.selectFrom(e1, g1);
        LongVector g2 = SECOND_2.selectFrom(e1, g1);
        LongVector f2 = FIRST_2.selectFrom(f1, i1);
        LongVector i2 = SECOND_2.selectFrom(f1, i1);
        FIRST_4.selectFrom(a2, e2).intoArray(blocks, to + 0);
        SECOND_4.selectFrom(a2, e2).intoArray(blocks, to + 32);
        FIRST_4.selectFrom(b2, f2).intoArray(blocks, to + 8);
        SECOND_4.selectFrom(b2, f2).intoArray(blocks, to + 40);
        FIRST_4.selectFrom(c2, g2).intoArray(blocks, to + 16);
        SECOND_4.selectFrom(c2, g2).intoArray(blocks, to + 48);
        FIRST_4.selectFrom(d2, i2).intoArray(blocks, to + 24);
        SECOND_4.selectFrom(d2, i2).intoArray(blocks, to + 56);
    }

    /// Absorbs rows `from` to `to` (exclusive) of [#blocks]. Factors are masked to 32 bits, which
    /// they have anyway: that tells the compiler that the short multiplication will do. Longer than
    /// methods are here: vectors handed from method to method would be boxed.
    void absorb(int from, int to) {
        LongVector low32 = LongVector.broadcast(LONGS, LOW_32);
        LongVector three = LongVector.broadcast(LONGS, 3);
        LongVector notThree = LongVector.broadcast(LONGS, ~3L);
        LongVector r0 = LongVector.fromArray(LONGS, r, 0).and(low32);
        LongVector r1 = LongVector.fromArray(LONGS, r, 8).and(low32);
        LongVector r2 = LongVector.fromArray(LONGS, r, 16).and(low32);
        LongVector r3 = LongVector.fromArray(LONGS, r, 24).and(low32);
        LongVector s1 = r1.add(r1.lanewise(VectorOperators.LSHR, 2)).and(low32);
        LongVector s2 = r2.add(r2.lanewise(VectorOperators.LSHR, 2)).and(low32);
        LongVector s3 = r3.add(r3.lanewise(VectorOperators.LSHR, 2)).and(low32);
        LongVector g0 = LongVector.fromArray(LONGS, h, 0);
        LongVector g1 = LongVector.fromArray(LONGS, h, 8);
        LongVector g2 = LongVector.fromArray(LONGS, h, 16);
        LongVector g3 = LongVector.fromArray(LONGS, h, 24);
        LongVector g4 = LongVector.fromArray(LONGS, h, 32);
        for (int k = from; k < to; k++) {
            LongVector low = LongVector.fromArray(LONGS, blocks, k * 16);
            LongVector high = LongVector.fromArray(LONGS, blocks, k * 16 + 8);
            LongVector h0 = g0.and(low32);
            LongVector h1 = g1.and(low32);
            LongVector h2 = g2.and(low32);
            LongVector h3 = g3.and(low32);
            LongVector h4 = g4.and(low32);
            LongVector d4 = h4.mul(r0);
            LongVector d0 =
                    low.and(low32).add(h0.mul(r0)).add(h1.mul(s3)).add(h2.mul(s2)).add(h3.mul(s1));
            LongVector d1 =
                    low.lanewise(VectorOperators.LSHR, 32)
                            .add(h0.mul(r1))
                            .add(h1.mul(r0))
                            .add(h2.mul(s3))
                            .add(h3.mul(s2))
                            .add(h4.mul(s1));
            LongVector d2 =
                    high.and(low32)
                            .add(h0.mul(r2))
                            .add(h1.mul(r1))
                            .add(h2.mul(r0))
                            .add(h3.mul(s3))
                            .add(h4.mul(s2));
            LongVector d3 =
                    high.lanewise(VectorOperators.LSHR, 32)
                            .add(h0.mul(r3))
                            .add(h1.mul(r2))
                            .add(h2.mul(r1))
                            .add(h3.mul(r0))
                            .add(h4.mul(s3));
            g0 = d0.add(d4.lanewise(VectorOperators.LSHR, 2).add(d4.and(notThree)));
            g1 = d1.add(g0.lanewise(VectorOperators.LSHR, 32));
            g2 = d2.add(g1.lanewise(VectorOperators.LSHR, 32));
            g3 = d3.add(g2.lanewise(VectorOperators.LSHR, 32));
            g4 =
                    d4.and(three)
                            .add(LongVector.fromArray(LONGS, bits, k * 8))
                            .add(g3.lanewise(VectorOperators.LSHR, 32));
        }
        g0.and(low32).intoArray(h, 0);
        g1.and(low32).intoArray(h, 8);
        g2.and(low32).intoArray(h, 16);
        g3.and(low32).intoArray(h, 24);
        g4.intoArray(h, 32);
    }

    /// The tag of lane `lane`: its low half into `tag[0]`, its high half into `tag[1]`.
    void finish(int lane, long[] tag) {
        long h0 = h[lane];
        long h1 = h[8 + lane];
        long h2 = h[16 + lane];
        long h3 = h[24 + lane];
        long h4 = h[32 + lane];
        long low = h0 | (h1 << 32);
        long high = h2 | (h3 << 32);
        long fold = (h4 >>> 2) * 5;
        long top = h4 & 3;
        long folded = low + fold;
        long up = carry(low, fold, folded);
        low = folded;
        high += up;
        top += up & (((high | -high) >>> 63) ^ 1);
        // h - p = h + 5 - 2^130: take it, without a branch, where it is not negative
        long low5 = low + 5;
        long carry = carry(low, 5, low5);
        long high5 = high + carry;
        long top5 = top + (carry & (((high5 | -high5) >>> 63) ^ 1));
        long mask = -(top5 >>> 2);
        low = (low & ~mask) | (low5 & mask);
        high = (high & ~mask) | (high5 & mask);
        long sum = low + pad[lane];
        tag[0] = sum;
        tag[1] = high + pad[8 + lane] + carry(low, pad[lane], sum);
    }

    /// The carry out of `a + b = sum`, without a branch.
    private static long carry(long a, long b, long sum) {
        return ((a & b) | ((a | b) & ~sum)) >>> 63;
    }
}
