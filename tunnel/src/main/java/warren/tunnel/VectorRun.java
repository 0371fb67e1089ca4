// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import warren.wireguard.Aead;
import warren.wireguard.PacketBatch;

/// The working state of [VectorAead] for up to sixteen packets of one key: their one-time keys in
/// one ChaCha20 computation, their blocks flattened over its lanes, and Poly1305 for eight of them
/// at a time. Confined to one thread; wiped after every use.
///
/// Reads and writes stay within a packet and its tag, so packets may lie anywhere in memory.
final class VectorRun {
    /// The most packets of one use.
    static final int PACKETS = ChaChaLanes.LANES;

    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int POLY_BLOCK = 16;
    private static final int KEY_WORDS = 8;

    private final ChaChaLanes chacha = new ChaChaLanes();
    private final PolyLanes poly = new PolyLanes();
    private final int[] oneTimeKeys = new int[KEY_WORDS * PACKETS];
    private final long[] tag = new long[2];

    // Of the packets at hand, longest first.
    private final long[] start = new long[PACKETS];
    private final int[] length = new int[PACKETS];
    private final long[] counter = new long[PACKETS];
    private final int[] index = new int[PACKETS];

    // Of each Poly1305 lane: where it reads next, and its blocks before the strides.
    private final long[] at = new long[PolyLanes.LANES];
    private final int[] odd = new int[PolyLanes.LANES];
    private final int[] strides = new int[PolyLanes.LANES];

    // What each ChaCha20 lane is for.
    private final long[] laneAt = new long[ChaChaLanes.LANES];
    private final int[] laneLength = new int[ChaChaLanes.LANES];
    private int lanes;

    private int count;

    VectorRun() {}

    int count() {
        return count;
    }

    /// Takes packet `i` of `batch`, of `bytes` bytes without tag. Packets come longest first.
    void add(PacketBatch batch, int i, int bytes) {
        start[count] = batch.offset[i];
        length[count] = bytes;
        counter[count] = batch.counter[i];
        index[count] = i;
        count++;
    }

    /// Encrypts what was added and writes tags; [PacketBatch#length] grows accordingly.
    void seal(PacketBatch batch, int[] key) {
        oneTimeKeys(key);
        cipher(batch.memory, key);
        for (int first = 0; first < count; first += PolyLanes.LANES) {
            int last = Math.min(count, first + PolyLanes.LANES);
            authenticate(batch.memory, first, last);
            for (int i = first; i < last; i++) {
                poly.finish(i - first, tag);
                long end = start[i] + length[i];
                batch.memory.set(LONG, end, tag[0]);
                batch.memory.set(LONG, end + 8, tag[1]);
                batch.length[index[i]] = length[i] + Aead.TAG_LENGTH;
            }
        }
        wipe();
    }

    /// Checks and decrypts what was added; what is not authentic becomes noise.
    void open(PacketBatch batch, int[] key) {
        oneTimeKeys(key);
        for (int first = 0; first < count; first += PolyLanes.LANES) {
            int last = Math.min(count, first + PolyLanes.LANES);
            authenticate(batch.memory, first, last);
            for (int i = first; i < last; i++) {
                poly.finish(i - first, tag);
                long end = start[i] + length[i];
                long difference =
                        (batch.memory.get(LONG, end) ^ tag[0])
                                | (batch.memory.get(LONG, end + 8) ^ tag[1]);
                batch.authentic[index[i]] = difference == 0;
                batch.length[index[i]] = length[i];
            }
        }
        cipher(batch.memory, key);
        wipe();
    }

    private void wipe() {
        chacha.wipe();
        poly.wipe();
        Arrays.fill(oneTimeKeys, 0);
        count = 0;
    }

    /// RFC 8439 section 2.6: the first half of block 0.
    private void oneTimeKeys(int[] key) {
        for (int i = 0; i < count; i++) {
            chacha.counter[i] = 0;
            chacha.nonceLow[i] = (int) counter[i];
            chacha.nonceHigh[i] = (int) (counter[i] >>> 32);
        }
        chacha.compute(key);
        for (int i = 0; i < count; i++) {
            System.arraycopy(chacha.stream, 16 * i, oneTimeKeys, KEY_WORDS * i, KEY_WORDS);
        }
    }

    /// Xors every packet with its key stream, from block 1 on.
    private void cipher(MemorySegment memory, int[] key) {
        lanes = 0;
        for (int i = 0; i < count; i++) {
            int nonceLow = (int) counter[i];
            int nonceHigh = (int) (counter[i] >>> 32);
            for (int done = 0, block = 1; done < length[i]; done += ChaChaLanes.BLOCK, block++) {
                chacha.counter[lanes] = block;
                chacha.nonceLow[lanes] = nonceLow;
                chacha.nonceHigh[lanes] = nonceHigh;
                laneAt[lanes] = start[i] + done;
                laneLength[lanes] = length[i] - done;
                if (++lanes == ChaChaLanes.LANES) {
                    flush(memory, key);
                }
            }
        }
        if (lanes > 0) {
            flush(memory, key);
        }
    }

    private void flush(MemorySegment memory, int[] key) {
        chacha.compute(key);
        for (int lane = 0; lane < lanes; lane++) {
            if (laneLength[lane] >= ChaChaLanes.BLOCK) {
                chacha.xorBlock(lane, memory, laneAt[lane]);
            } else {
                xorPartial(memory, laneAt[lane], laneLength[lane], lane);
            }
        }
        lanes = 0;
    }

    private void xorPartial(MemorySegment memory, long from, int bytes, int lane) {
        int done = 0;
        for (; done <= bytes - 8; done += 8) {
            long p = from + done;
            memory.set(LONG, p, memory.get(LONG, p) ^ chacha.streamLong(lane, done));
        }
        if (done < bytes) {
            long stream = chacha.streamLong(lane, done);
            for (; done < bytes; done++, stream >>>= 8) {
                long p = from + done;
                byte b = memory.get(ValueLayout.JAVA_BYTE, p);
                memory.set(ValueLayout.JAVA_BYTE, p, (byte) (b ^ stream));
            }
        }
    }

    /// Absorbs packets `first` to `last` (exclusive), at most eight, up to their tags.
    ///
    /// A message is up to three odd blocks, then strides, then its last block (perhaps partial)
    /// and the block of lengths. All lanes end together: those with fewer strides enter later, with
    /// what they had made of their odd blocks, and repeat the longest one's data until then.
    private void authenticate(MemorySegment memory, int first, int last) {
        int most = 0;
        for (int lane = 0; lane < PolyLanes.LANES; lane++) {
            int packet = Math.min(first + lane, last - 1); // idle lanes repeat the last one
            poly.start(lane, oneTimeKeys, KEY_WORDS * packet);
            int before = Math.max((length[packet] + POLY_BLOCK - 1) / POLY_BLOCK - 1, 0);
            odd[lane] = before & 3;
            strides[lane] = before >>> 2;
            most = Math.max(most, odd[lane]);
        }
        if (most > 0) {
            oddBlocks(memory, first, last, most);
        }
        poly.keep();
        strides(memory, first, last);
        lastBlocks(memory, first, last);
    }

    /// The odd blocks of each lane at the end of `rows` rows.
    private void oddBlocks(MemorySegment memory, int first, int last, int rows) {
        for (int lane = 0; lane < PolyLanes.LANES; lane++) {
            int packet = Math.min(first + lane, last - 1);
            int none = rows - odd[lane];
            for (int row = 0; row < rows; row++) {
                long p = start[packet] + (long) (row - none) * POLY_BLOCK;
                boolean present = row >= none;
                row(
                        row,
                        lane,
                        present ? memory.get(LONG, p) : 0,
                        present ? memory.get(LONG, p + 8) : 0,
                        present ? PolyLanes.BIT : 0);
            }
        }
        poly.absorb(PolyLanes.BULK, PolyLanes.BULK + rows);
    }

    private void row(int row, int lane, long low, long high, long bit) {
        int k = PolyLanes.BULK + row;
        poly.blocks[k * 2 * PolyLanes.LANES + lane] = low;
        poly.blocks[k * 2 * PolyLanes.LANES + PolyLanes.LANES + lane] = high;
        poly.bits[k * PolyLanes.LANES + lane] = bit;
    }

    /// The strides: the first lane has the most.
    private void strides(MemorySegment memory, int first, int last) {
        long base = start[first] + (long) odd[0] * POLY_BLOCK;
        Arrays.fill(at, base);
        int in = 1;
        int done = 0;
        while (done < strides[0]) {
            for (; in < PolyLanes.LANES && strides[0] - strides[in] == done; in++) {
                int packet = Math.min(first + in, last - 1);
                at[in] = start[packet] + (long) odd[in] * POLY_BLOCK;
                poly.restore(in);
            }
            int until = in == PolyLanes.LANES ? strides[0] : strides[0] - strides[in];
            poly.update(memory, at, until - done);
            for (int lane = 0; lane < PolyLanes.LANES; lane++) {
                at[lane] += (long) (until - done) * PolyLanes.STRIDE;
            }
            done = until;
        }
        for (; in < PolyLanes.LANES; in++) {
            poly.restore(in);
        }
    }

    /// The last block of each message and its lengths: no additional data, and so many bytes.
    private void lastBlocks(MemorySegment memory, int first, int last) {
        for (int lane = 0; lane < PolyLanes.LANES; lane++) {
            int packet = Math.min(first + lane, last - 1);
            int before = (4 * strides[lane] + odd[lane]) * POLY_BLOCK;
            int rest = length[packet] - before;
            long p = start[packet] + before;
            row(
                    0,
                    lane,
                    partial(memory, p, rest),
                    partial(memory, p + 8, rest - 8),
                    rest > 0 ? PolyLanes.BIT : 0);
            row(1, lane, 0, length[packet], PolyLanes.BIT);
        }
        poly.absorb(PolyLanes.BULK, PolyLanes.BULK + 2);
    }

    /// Up to eight bytes as a number, little-endian, absent ones zero.
    private static long partial(MemorySegment memory, long at, int present) {
        if (present >= 8) {
            return memory.get(LONG, at);
        }
        long value = 0;
        for (int i = 0; i < present; i++) {
            value |= (memory.get(ValueLayout.JAVA_BYTE, at + i) & 255L) << (8 * i);
        }
        return value;
    }
}
