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

    /// Bytes that one packet must have to fill all lanes.
    private static final int WHOLE = ChaChaLanes.LANES * ChaChaLanes.BLOCK;

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
    private final long[] laneAt = new long[2 * ChaChaLanes.LANES];
    private final int[] laneLength = new int[2 * ChaChaLanes.LANES];
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
        if (together(key)) {
            xor(batch.memory, count, lanes);
        } else {
            oneTimeKeys(key);
            cipher(batch.memory, key);
        }
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
        boolean together = together(key);
        if (!together) {
            oneTimeKeys(key);
        }
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
        if (together) {
            xor(batch.memory, count, lanes);
        } else {
            cipher(batch.memory, key);
        }
        wipe();
    }

    private void wipe() {
        chacha.wipe();
        poly.wipe();
        Arrays.fill(oneTimeKeys, 0);
        count = 0;
    }

    /// Whether one computation does for the one-time keys and the key stream of all packets; if so,
    /// does it.
    private boolean together(int[] key) {
        int sum = count;
        for (int i = 0; i < count; i++) {
            sum += (length[i] + ChaChaLanes.BLOCK - 1) / ChaChaLanes.BLOCK;
        }
        if (sum > ChaChaLanes.LANES) {
            return false;
        }
        oneTimeLanes();
        lanes = count;
        for (int i = 0; i < count; i++) {
            lanes(i, 0);
        }
        chacha.compute(key, oneTimeKeys);
        return true;
    }

    /// RFC 8439 section 2.6: the first half of block 0.
    private void oneTimeKeys(int[] key) {
        oneTimeLanes();
        chacha.computeHalves(key, oneTimeKeys);
    }

    private void oneTimeLanes() {
        for (int i = 0; i < count; i++) {
            chacha.fill(i, 0, counter[i]);
        }
    }

    /// Xors every packet with its key stream, from block 1 on: sixteen blocks of one packet where
    /// it has so many, and what is left over of all of them sixteen by sixteen.
    private void cipher(MemorySegment memory, int[] key) {
        lanes = 0;
        for (int i = 0; i < count; i++) {
            int done = 0;
            for (; length[i] - done >= WHOLE; done += WHOLE) {
                int block = 1 + done / ChaChaLanes.BLOCK;
                chacha.xorWhole(key, block, counter[i], memory, start[i] + done);
            }
            if (done < length[i]) {
                lanes(i, done);
            }
            if (lanes >= ChaChaLanes.LANES) {
                chacha.compute(key);
                xor(memory, 0, ChaChaLanes.LANES);
                shift();
            }
        }
        if (lanes > 0) {
            chacha.compute(key);
            xor(memory, 0, lanes);
        }
    }

    /// Takes lanes for packet `i` from byte `done` on, which are at most sixteen.
    private void lanes(int i, int done) {
        chacha.fill(lanes, 1 + done / ChaChaLanes.BLOCK, counter[i]);
        for (; done < length[i]; done += ChaChaLanes.BLOCK, lanes++) {
            laneAt[lanes] = start[i] + done;
            laneLength[lanes] = length[i] - done;
        }
    }

    private void shift() {
        lanes -= ChaChaLanes.LANES;
        System.arraycopy(laneAt, ChaChaLanes.LANES, laneAt, 0, lanes);
        System.arraycopy(laneLength, ChaChaLanes.LANES, laneLength, 0, lanes);
        chacha.shift();
    }

    private void xor(MemorySegment memory, int from, int to) {
        for (int lane = from; lane < to; lane++) {
            if (laneLength[lane] >= ChaChaLanes.BLOCK) {
                chacha.xorBlock(lane, memory, laneAt[lane]);
            } else {
                xorPartial(memory, laneAt[lane], laneLength[lane], lane);
            }
        }
    }

    /// Eight bytes at a time: up to seven of the room of the tag are written back as they were.
    private void xorPartial(MemorySegment memory, long from, int bytes, int lane) {
        for (int done = 0; done < bytes; done += 8) {
            long p = from + done;
            long stream = chacha.streamLong(lane, done) & mask(bytes - done);
            memory.set(LONG, p, memory.get(LONG, p) ^ stream);
        }
    }

    /// Ones over the first `present` bytes of eight.
    private static long mask(int present) {
        return present >= 8 ? -1 : present <= 0 ? 0 : (1L << (8 * present)) - 1;
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
            poly.start(lane, oneTimeKeys, packet, PACKETS);
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

    /// The last block of each message and its lengths: no additional data, and so many bytes. The
    /// room of the tag lies behind, so a partial block can be read whole. The row of zeros behind
    /// them multiplies once more.
    private void lastBlocks(MemorySegment memory, int first, int last) {
        for (int lane = 0; lane < PolyLanes.LANES; lane++) {
            int packet = Math.min(first + lane, last - 1);
            int before = (4 * strides[lane] + odd[lane]) * POLY_BLOCK;
            int rest = length[packet] - before;
            long p = start[packet] + before;
            row(
                    0,
                    lane,
                    memory.get(LONG, p) & mask(rest),
                    memory.get(LONG, p + 8) & mask(rest - 8),
                    rest > 0 ? PolyLanes.BIT : 0);
            row(1, lane, 0, length[packet], PolyLanes.BIT);
            row(2, lane, 0, 0, 0);
        }
        poly.absorb(PolyLanes.BULK, PolyLanes.BULK + 3);
    }
}
