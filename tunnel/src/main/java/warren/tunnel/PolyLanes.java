// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
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
    private static final long LIMB = (1L << 26) - 1;
    private static final long LOW_32 = 0xffff_ffffL;
    private static final int STRIDES = 8;

    /// The limb of 2^128.
    static final long BIT = 1L << 24;

    /// Rows that [#update] fills.
    static final int BULK = 4 * STRIDES;

    /// Rows behind those, for blocks that are not part of a stride.
    static final int ODD_ROWS = 4;

    private static final VectorShuffle<Long> SWAP_1 = VectorShuffle.fromOp(LONGS, i -> i ^ 1);
    private static final VectorShuffle<Long> SWAP_2 = VectorShuffle.fromOp(LONGS, i -> i ^ 2);
    private static final VectorShuffle<Long> SWAP_4 = VectorShuffle.fromOp(LONGS, i -> i ^ 4);
    private static final VectorMask<Long> ODD_1 = VectorMask.fromLong(LONGS, 0b10101010);
    private static final VectorMask<Long> ODD_2 = VectorMask.fromLong(LONGS, 0b11001100);
    private static final VectorMask<Long> ODD_4 = VectorMask.fromLong(LONGS, 0b11110000);

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

    /// Starts lane `lane` under the one-time key in `words[at, at + 8)`, RFC 8439 section 2.5.1.
    void start(int lane, int[] words, int at) {
        long r0 = ((words[at] & LOW_32) | ((long) words[at + 1] << 32)) & 0x0ffffffc0fffffffL;
        long r1 = ((words[at + 2] & LOW_32) | ((long) words[at + 3] << 32)) & 0x0ffffffc0ffffffcL;
        r[lane] = r0 & LIMB;
        r[8 + lane] = (r0 >>> 26) & LIMB;
        r[16 + lane] = ((r0 >>> 52) | (r1 << 12)) & LIMB;
        r[24 + lane] = (r1 >>> 14) & LIMB;
        r[32 + lane] = r1 >>> 40;
        for (int i = 0; i < 5; i++) {
            h[i * 8 + lane] = 0;
        }
        pad[lane] = (words[at + 4] & LOW_32) | ((long) words[at + 5] << 32);
        pad[8 + lane] = (words[at + 6] & LOW_32) | ((long) words[at + 7] << 32);
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

        LongVector a1 = a.blend(b.rearrange(SWAP_1), ODD_1);
        LongVector b1 = a.rearrange(SWAP_1).blend(b, ODD_1);
        LongVector c1 = c.blend(d.rearrange(SWAP_1), ODD_1);
        LongVector d1 = c.rearrange(SWAP_1).blend(d, ODD_1);
        LongVector e1 = e.blend(f.rearrange(SWAP_1), ODD_1);
        LongVector f1 = e.rearrange(SWAP_1).blend(f, ODD_1);
        LongVector g1 = g.blend(i.rearrange(SWAP_1), ODD_1);
        LongVector i1 = g.rearrange(SWAP_1).blend(i, ODD_1);

        LongVector a2 = a1.blend(c1.rearrange(SWAP_2), ODD_2);
        LongVector c2 = a1.rearrange(SWAP_2).blend(c1, ODD_2);
        LongVector b2 = b1.blend(d1.rearrange(SWAP_2), ODD_2);
        LongVector d2 = b1.rearrange(SWAP_2).blend(d1, ODD_2);
        LongVector e2 = e1.blend(g1.rearrange(SWAP_2), ODD_2);
        LongVector g2 = e1.rearrange(SWAP_2).blend(g1, ODD_2);
        LongVector f2 = f1.blend(i1.rearrange(SWAP_2), ODD_2);
        LongVector i2 = f1.rearrange(SWAP_2).blend(i1, ODD_2);

        a2.blend(e2.rearrange(SWAP_4), ODD_4).intoArray(blocks, to);
        b2.blend(f2.rearrange(SWAP_4), ODD_4).intoArray(blocks, to + 8);
        c2.blend(g2.rearrange(SWAP_4), ODD_4).intoArray(blocks, to + 16);
        d2.blend(i2.rearrange(SWAP_4), ODD_4).intoArray(blocks, to + 24);
        a2.rearrange(SWAP_4).blend(e2, ODD_4).intoArray(blocks, to + 32);
        b2.rearrange(SWAP_4).blend(f2, ODD_4).intoArray(blocks, to + 40);
        c2.rearrange(SWAP_4).blend(g2, ODD_4).intoArray(blocks, to + 48);
        d2.rearrange(SWAP_4).blend(i2, ODD_4).intoArray(blocks, to + 56);
    }

    /// Absorbs rows `from` to `to` (exclusive) of [#blocks]. Factors are masked to 32 bits, which
    /// they have anyway: that tells the compiler that the short multiplication will do. Longer than
    /// methods are here: vectors handed from method to method would be boxed.
    void absorb(int from, int to) {
        LongVector r0 = LongVector.fromArray(LONGS, r, 0).and(LOW_32);
        LongVector r1 = LongVector.fromArray(LONGS, r, 8).and(LOW_32);
        LongVector r2 = LongVector.fromArray(LONGS, r, 16).and(LOW_32);
        LongVector r3 = LongVector.fromArray(LONGS, r, 24).and(LOW_32);
        LongVector r4 = LongVector.fromArray(LONGS, r, 32).and(LOW_32);
        LongVector s1 = r1.add(r1.lanewise(VectorOperators.LSHL, 2)).and(LOW_32);
        LongVector s2 = r2.add(r2.lanewise(VectorOperators.LSHL, 2)).and(LOW_32);
        LongVector s3 = r3.add(r3.lanewise(VectorOperators.LSHL, 2)).and(LOW_32);
        LongVector s4 = r4.add(r4.lanewise(VectorOperators.LSHL, 2)).and(LOW_32);
        LongVector h0 = LongVector.fromArray(LONGS, h, 0);
        LongVector h1 = LongVector.fromArray(LONGS, h, 8);
        LongVector h2 = LongVector.fromArray(LONGS, h, 16);
        LongVector h3 = LongVector.fromArray(LONGS, h, 24);
        LongVector h4 = LongVector.fromArray(LONGS, h, 32);
        LongVector limb = LongVector.broadcast(LONGS, LIMB);
        LongVector low32 = LongVector.broadcast(LONGS, LOW_32);
        for (int k = from; k < to; k++) {
            LongVector low = LongVector.fromArray(LONGS, blocks, k * 16);
            LongVector high = LongVector.fromArray(LONGS, blocks, k * 16 + 8);
            h0 = h0.add(low.and(limb)).and(low32);
            h1 = h1.add(low.lanewise(VectorOperators.LSHR, 26).and(limb)).and(low32);
            h2 =
                    h2.add(
                                    low.lanewise(VectorOperators.LSHR, 52)
                                            .or(high.lanewise(VectorOperators.LSHL, 12))
                                            .and(limb))
                            .and(low32);
            h3 = h3.add(high.lanewise(VectorOperators.LSHR, 14).and(limb)).and(low32);
            h4 =
                    h4.add(
                                    high.lanewise(VectorOperators.LSHR, 40)
                                            .add(LongVector.fromArray(LONGS, bits, k * 8)))
                            .and(low32);
            LongVector d0 =
                    h0.mul(r0).add(h1.mul(s4)).add(h2.mul(s3)).add(h3.mul(s2)).add(h4.mul(s1));
            LongVector d1 =
                    h0.mul(r1).add(h1.mul(r0)).add(h2.mul(s4)).add(h3.mul(s3)).add(h4.mul(s2));
            LongVector d2 =
                    h0.mul(r2).add(h1.mul(r1)).add(h2.mul(r0)).add(h3.mul(s4)).add(h4.mul(s3));
            LongVector d3 =
                    h0.mul(r3).add(h1.mul(r2)).add(h2.mul(r1)).add(h3.mul(r0)).add(h4.mul(s4));
            LongVector d4 =
                    h0.mul(r4).add(h1.mul(r3)).add(h2.mul(r2)).add(h3.mul(r1)).add(h4.mul(r0));
            d1 = d1.add(d0.lanewise(VectorOperators.LSHR, 26));
            d4 = d4.add(d3.lanewise(VectorOperators.LSHR, 26));
            h3 = d3.and(limb);
            d2 = d2.add(d1.lanewise(VectorOperators.LSHR, 26));
            h1 = d1.and(limb);
            LongVector top = d4.lanewise(VectorOperators.LSHR, 26);
            h4 = d4.and(limb);
            h0 = d0.and(limb).add(top).add(top.lanewise(VectorOperators.LSHL, 2));
            h3 = h3.add(d2.lanewise(VectorOperators.LSHR, 26));
            h2 = d2.and(limb);
            h1 = h1.add(h0.lanewise(VectorOperators.LSHR, 26));
            h0 = h0.and(limb);
            h4 = h4.add(h3.lanewise(VectorOperators.LSHR, 26));
            h3 = h3.and(limb);
        }
        h0.intoArray(h, 0);
        h1.intoArray(h, 8);
        h2.intoArray(h, 16);
        h3.intoArray(h, 24);
        h4.intoArray(h, 32);
    }

    /// The tag of lane `lane`: its low half into `tag[0]`, its high half into `tag[1]`.
    void finish(int lane, long[] tag) {
        long h0 = h[lane];
        long h1 = h[8 + lane];
        long h2 = h[16 + lane];
        long h3 = h[24 + lane];
        long h4 = h[32 + lane];
        for (int round = 0; round < 2; round++) {
            h1 += h0 >>> 26;
            h0 &= LIMB;
            h2 += h1 >>> 26;
            h1 &= LIMB;
            h3 += h2 >>> 26;
            h2 &= LIMB;
            h4 += h3 >>> 26;
            h3 &= LIMB;
            h0 += (h4 >>> 26) * 5;
            h4 &= LIMB;
        }
        h1 += h0 >>> 26;
        h0 &= LIMB;
        long low = h0 | (h1 << 26) | (h2 << 52);
        long high = (h2 >>> 12) | (h3 << 14) | (h4 << 40);
        long top = h4 >>> 24;
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
