// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.OR;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
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
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
    private static final IntVector STEPS = IntVector.zero(INTS).addIndex(1).add(16);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LE);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LE);
    private static final long LOW_32 = 0xffff_ffffL;
    private static final int STRIDES = 8;

    /// The limb of 2^128.
    private static final long BIT = 1;

    /// Rows that [#update] fills.
    private static final int BULK = 4 * STRIDES;

    /// Rows behind those: four that [#tail] fills, then the lengths, then one that is zero.
    private static final int TAIL_ROWS = 6;

    private static final LongVector FIRST_1 = swap(1, true);
    private static final LongVector SECOND_1 = swap(1, false);
    private static final LongVector FIRST_2 = swap(2, true);
    private static final LongVector SECOND_2 = swap(2, false);
    private static final LongVector FIRST_4 = swap(4, true);
    private static final LongVector SECOND_4 = swap(4, false);

    private static final long[] CLAMP = {
        0x0fff_ffffL, 0x0fff_fffcL, 0x0fff_fffcL, 0x0fff_fffcL, LOW_32, LOW_32, LOW_32, LOW_32
    };

    private static LongVector swap(int distance, boolean first) {
        long[] index = new long[LANES];
        for (int i = 0; i < LANES; i++) {
            boolean odd = (i & distance) != 0;
            index[i] = first ? (odd ? i - distance + LANES : i) : odd ? i + LANES : i + distance;
        }
        return LongVector.fromArray(LONGS, index, 0);
    }

    /// The words of each one-time key, r clamped: word `i` of lane `j` at `i * 8 + j`.
    private final long[] key = new long[8 * LANES];

    /// The limbs of what was absorbed: limb `i` of lane `j` at `i * 8 + j`.
    private final long[] h = new long[5 * LANES];

    /// What [#finish] makes: the low half of the tag of lane `j` at `j`, its high half at `8 + j`.
    final long[] tags = new long[2 * LANES];

    /// Of each lane, what [#keep] kept of h.
    private final long[] kept = new long[5 * LANES];

    /// Of each lane, the bytes of its message behind its last stride, followed by zeros.
    private final MemorySegment tails = Arena.ofAuto().allocate(LANES * STRIDE, STRIDE);

    /// Of each lane, where it is in [#tails] and in what [#start] is given.
    private final long[] packed = new long[LANES];

    /// Rows, a block of each lane: the low halves of row `k` at `k * 16`, its high halves at
    /// `k * 16 + 8`.
    private final long[] blocks = new long[(BULK + TAIL_ROWS) * 2 * LANES];

    /// Of each row and lane, the bit above the block: 2^128, in the last limb.
    private final long[] bits = new long[(BULK + TAIL_ROWS) * LANES];

    PolyLanes() {
        for (int i = 0; i < LANES; i++) {
            packed[i] = (long) i * STRIDE;
        }
        Arrays.fill(bits, BIT);
    }

    /// Starts all lanes, lane `j` under the one-time key of RFC 8439 section 2.5.1 at
    /// `at + j * 64` of `keys`.
    void start(MemorySegment keys, long at) {
        transpose(keys, packed, at, 0);
        for (int i = 0; i < 4; i++) {
            LongVector half = LongVector.fromArray(LONGS, blocks, i * LANES);
            half.and(CLAMP[2 * i]).intoArray(key, 2 * i * LANES);
            half.lanewise(LSHR, 32).and(CLAMP[2 * i + 1]).intoArray(key, (2 * i + 1) * LANES);
        }
        Arrays.fill(h, 0);
    }

    /// Starts lane `lane` again.
    void restart(int lane) {
        for (int i = lane; i < h.length; i += LANES) {
            h[i] = 0;
        }
    }

    /// Keeps h of lane `lane`, for [#restore].
    void keep(int lane) {
        for (int i = lane; i < h.length; i += LANES) {
            kept[i] = h[i];
        }
    }

    /// Gives lane `lane` the h that was kept, whatever it has absorbed since.
    void restore(int lane) {
        for (int i = lane; i < h.length; i += LANES) {
            h[i] = kept[i];
        }
    }

    void wipe() {
        Arrays.fill(key, 0);
        Arrays.fill(h, 0);
        Arrays.fill(kept, 0);
        Arrays.fill(tags, 0);
        Arrays.fill(blocks, 0, 8 * LANES, 0);
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

    /// Takes what lies behind the strides of lane `lane`: `bytes` bytes, less than a stride, from
    /// `at` on. If `near` then 64 bytes before them may be read.
    void tail(int lane, MemorySegment memory, long at, int bytes, boolean near) {
        if (!near) {
            farTail(lane, memory, at, bytes);
            return;
        }
        int whole = bytes / 4;
        long end = at + 4L * whole;
        long to = packed[lane];
        STEPS.sub(whole)
                .selectFrom(
                        IntVector.fromMemorySegment(INTS, memory, end - STRIDE, LE),
                        IntVector.zero(INTS))
                .intoMemorySegment(tails, to, LE);
        if (bytes % 4 != 0) {
            int mask = (1 << (8 * (bytes % 4))) - 1;
            tails.set(INT, to + 4L * whole, memory.get(INT, end) & mask);
        }
    }

    private void farTail(int lane, MemorySegment memory, long at, int bytes) {
        for (int i = 0; i < STRIDE; i += 8) {
            int present = bytes - i;
            long mask = present >= 8 ? -1 : (1L << (8 * present)) - 1;
            tails.set(LONG, packed[lane] + i, present > 0 ? memory.get(LONG, at + i) & mask : 0);
        }
    }

    /// Absorbs the ends of all messages: of lane `j`, `rows[j]` blocks that [#tail] took, and its
    /// length, `lengths[j]`, as RFC 8439 section 2.8 has it: no additional data, so many bytes.
    void end(int[] rows, int most, boolean even, long[] lengths) {
        transpose(tails, packed, 0, BULK * 2 * LANES);
        int last = BULK + most;
        if (!even) {
            unevenRows(rows, most);
        }
        Arrays.fill(blocks, last * 2 * LANES, last * 2 * LANES + LANES, 0);
        System.arraycopy(lengths, 0, blocks, last * 2 * LANES + LANES, LANES);
        // one more row of zeros, since absorbing multiplies what was there and then adds
        Arrays.fill(blocks, (last + 1) * 2 * LANES, (last + 2) * 2 * LANES, 0);
        Arrays.fill(bits, (last + 1) * LANES, (last + 2) * LANES, 0);
        absorb(even ? BULK : last, last + 2);
        Arrays.fill(bits, (last + 1) * LANES, (last + 2) * LANES, BIT);
    }

    /// Row by row; what a lane absorbs beyond its own rows is undone.
    private void unevenRows(int[] rows, int most) {
        for (int row = 0; row < most; row++) {
            for (int lane = 0; lane < LANES; lane++) {
                if (rows[lane] == row) {
                    keep(lane);
                }
            }
            absorb(BULK + row, BULK + row + 1);
        }
        for (int lane = 0; lane < LANES; lane++) {
            if (rows[lane] < most) {
                restore(lane);
            }
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
        LongVector r0 = LongVector.fromArray(LONGS, key, 0).and(low32);
        LongVector r1 = LongVector.fromArray(LONGS, key, 8).and(low32);
        LongVector r2 = LongVector.fromArray(LONGS, key, 16).and(low32);
        LongVector r3 = LongVector.fromArray(LONGS, key, 24).and(low32);
        LongVector s1 = r1.add(r1.lanewise(LSHR, 2)).and(low32);
        LongVector s2 = r2.add(r2.lanewise(LSHR, 2)).and(low32);
        LongVector s3 = r3.add(r3.lanewise(LSHR, 2)).and(low32);
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
                    low.lanewise(LSHR, 32)
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
                    high.lanewise(LSHR, 32)
                            .add(h0.mul(r3))
                            .add(h1.mul(r2))
                            .add(h2.mul(r1))
                            .add(h3.mul(r0))
                            .add(h4.mul(s3));
            g0 = d0.add(d4.lanewise(LSHR, 2).add(d4.and(notThree)));
            g1 = d1.add(g0.lanewise(LSHR, 32));
            g2 = d2.add(g1.lanewise(LSHR, 32));
            g3 = d3.add(g2.lanewise(LSHR, 32));
            g4 =
                    d4.and(three)
                            .add(LongVector.fromArray(LONGS, bits, k * 8))
                            .add(g3.lanewise(LSHR, 32));
        }
        g0.and(low32).intoArray(h, 0);
        g1.and(low32).intoArray(h, 8);
        g2.and(low32).intoArray(h, 16);
        g3.and(low32).intoArray(h, 24);
        g4.intoArray(h, 32);
    }

    /// Makes the tags.
    void finish() {
        LongVector h0 = LongVector.fromArray(LONGS, h, 0);
        LongVector h1 = LongVector.fromArray(LONGS, h, 8);
        LongVector h2 = LongVector.fromArray(LONGS, h, 16);
        LongVector h3 = LongVector.fromArray(LONGS, h, 24);
        LongVector h4 = LongVector.fromArray(LONGS, h, 32);
        // below 2^130 + 5 * 2^30
        LongVector fold = h4.lanewise(LSHR, 2);
        h0 = h0.add(fold).add(h4.and(~3L));
        h1 = h1.add(h0.lanewise(LSHR, 32));
        h2 = h2.add(h1.lanewise(LSHR, 32));
        h3 = h3.add(h2.lanewise(LSHR, 32));
        h4 = h4.and(3L).add(h3.lanewise(LSHR, 32));
        h0 = h0.and(LOW_32);
        h1 = h1.and(LOW_32);
        h2 = h2.and(LOW_32);
        h3 = h3.and(LOW_32);
        // h - p = h + 5 - 2^130: whether that is not negative
        LongVector over = h0.add(5).lanewise(LSHR, 32);
        over = h1.add(over).lanewise(LSHR, 32);
        over = h2.add(over).lanewise(LSHR, 32);
        over = h3.add(over).lanewise(LSHR, 32);
        over = h4.add(over).lanewise(LSHR, 2);
        h0 = h0.add(over).add(over.lanewise(LSHL, 2)).add(LongVector.fromArray(LONGS, key, 32));
        h1 = h1.add(LongVector.fromArray(LONGS, key, 40)).add(h0.lanewise(LSHR, 32));
        h2 = h2.add(LongVector.fromArray(LONGS, key, 48)).add(h1.lanewise(LSHR, 32));
        h3 = h3.add(LongVector.fromArray(LONGS, key, 56)).add(h2.lanewise(LSHR, 32));
        h0.and(LOW_32).lanewise(OR, h1.lanewise(LSHL, 32)).intoArray(tags, 0);
        h2.and(LOW_32).lanewise(OR, h3.lanewise(LSHL, 32)).intoArray(tags, LANES);
    }
}
