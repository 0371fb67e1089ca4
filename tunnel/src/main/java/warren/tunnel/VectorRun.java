// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.foreign.Arena;
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
    private static final int LANES = ChaChaLanes.LANES;
    private static final int BLOCK = ChaChaLanes.BLOCK;
    private static final int WHOLE = LANES * BLOCK;

    private final ChaChaLanes chacha = new ChaChaLanes();
    private final PolyLanes poly = new PolyLanes();

    /// What [#heads] computes: block 0 of each packet, then, from [#lastBlock] on, its last one.
    private final MemorySegment heads = Arena.ofAuto().allocate(2 * WHOLE, BLOCK);

    private final MemorySegment stream = Arena.ofAuto().allocate(WHOLE, BLOCK);

    // Of the packets at hand, longest first.
    private final long[] start = new long[PACKETS];
    private final int[] length = new int[PACKETS];
    private final long[] counter = new long[PACKETS];
    private final int[] index = new int[PACKETS];

    /// Zeros, then of each packet the number of its last block, if that is partial.
    private final int[] lastBlocks = new int[LANES + PACKETS];

    // Of each Poly1305 lane: where it reads next, its strides, the blocks behind, its length.
    private final long[] at = new long[PolyLanes.LANES];
    private final int[] strides = new int[PolyLanes.LANES];
    private final int[] rows = new int[PolyLanes.LANES];
    private final long[] lengths = new long[PolyLanes.LANES];

    /// The blocks of all packets, partial ones left out.
    private int blocks;

    /// Whether one computation does for one-time keys and partial blocks.
    private boolean few;

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
        blocks += bytes / BLOCK;
        lastBlocks[LANES + count] = 1 + bytes / BLOCK;
        count++;
    }

    /// Encrypts what was added and writes tags; [PacketBatch#length] grows accordingly.
    void seal(PacketBatch batch, int[] key) {
        heads(key);
        cipher(batch.memory, key);
        for (int first = 0; first < count; first += PolyLanes.LANES) {
            int last = Math.min(count, first + PolyLanes.LANES);
            authenticate(batch.memory, first, last);
            for (int i = first; i < last; i++) {
                long end = start[i] + length[i];
                batch.memory.set(LONG, end, poly.tags[i - first]);
                batch.memory.set(LONG, end + 8, poly.tags[PolyLanes.LANES + i - first]);
                batch.length[index[i]] = length[i] + Aead.TAG_LENGTH;
            }
        }
        wipe();
    }

    /// Checks and decrypts what was added; what is not authentic becomes noise.
    void open(PacketBatch batch, int[] key) {
        heads(key);
        for (int first = 0; first < count; first += PolyLanes.LANES) {
            int last = Math.min(count, first + PolyLanes.LANES);
            authenticate(batch.memory, first, last);
            for (int i = first; i < last; i++) {
                long end = start[i] + length[i];
                long difference =
                        (batch.memory.get(LONG, end) ^ poly.tags[i - first])
                                | (batch.memory.get(LONG, end + 8)
                                        ^ poly.tags[PolyLanes.LANES + i - first]);
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
        heads.fill((byte) 0);
        stream.fill((byte) 0);
        count = 0;
        blocks = 0;
    }

    /// Computes the one-time key of every packet, RFC 8439 section 2.6, and the key stream of its
    /// last block, if that is partial; of few small packets all others too.
    private void heads(int[] key) {
        few = count <= LANES / 2;
        if (few) {
            chacha.packets(lastBlocks, LANES / 2, counter, 0, 0);
            if (allAtOnce()) {
                lanes(LANES / 2 + count);
            }
            chacha.compute(key, heads, 0);
        } else {
            chacha.packets(lastBlocks, 0, counter, 0, LANES / 2);
            chacha.compute(key, heads, 0);
            chacha.packets(lastBlocks, LANES, counter, 0, LANES / 2);
            chacha.compute(key, heads, WHOLE);
        }
    }

    /// Where in [#heads] the last block of packet `i` is.
    private long lastBlock(int i) {
        return (long) ((few ? LANES / 2 : LANES) + i) * BLOCK;
    }

    private boolean allAtOnce() {
        return few && LANES / 2 + count + blocks <= LANES;
    }

    /// Xors every packet with its key stream, from block 1 on: sixteen blocks of one packet where
    /// it has so many, what is left over of all of them sixteen by sixteen, and partial ones.
    private void cipher(MemorySegment memory, int[] key) {
        if (allAtOnce()) {
            chacha.xor(heads, LANES / 2 + count, LANES / 2 + count + blocks, memory);
        } else {
            fullBlocks(memory, key);
        }
        for (int i = 0; i < count; i++) {
            int bytes = length[i] % BLOCK;
            long from = start[i] + length[i] - bytes;
            if (length[i] < BLOCK) {
                xorSmall(memory, from, bytes, lastBlock(i));
            } else if (bytes > 0) {
                ChaChaLanes.xorTail(heads, lastBlock(i), bytes, memory, from);
            }
        }
    }

    private void fullBlocks(MemorySegment memory, int[] key) {
        int lanes = 0;
        for (int i = 0; i < count; i++) {
            int full = length[i] / BLOCK;
            int done = 0;
            for (; full - done >= LANES; done += LANES) {
                chacha.xorWhole(key, 1 + done, counter[i], memory, start[i] + (long) done * BLOCK);
            }
            if (done < full) {
                chacha.lanes(lanes, 1 + done, counter[i], start[i] + (long) done * BLOCK);
                lanes += full - done;
            }
            if (lanes >= LANES) {
                chacha.compute(key, stream, 0);
                chacha.xor(stream, 0, LANES, memory);
                chacha.shift();
                lanes -= LANES;
            }
        }
        if (lanes > 0) {
            chacha.compute(key, stream, 0);
            chacha.xor(stream, 0, lanes, memory);
        }
    }

    /// Gives the full blocks of all packets the lanes from `lane` on.
    private void lanes(int lane) {
        for (int i = 0; i < count; i++) {
            chacha.lanes(lane, 1, counter[i], start[i]);
            lane += length[i] / BLOCK;
        }
    }

    /// Eight bytes at a time: up to seven of the room of the tag are written back as they were.
    private void xorSmall(MemorySegment memory, long from, int bytes, long head) {
        for (int done = 0; done < bytes; done += 8) {
            long mask = bytes - done >= 8 ? -1 : (1L << (8 * (bytes - done))) - 1;
            long p = from + done;
            memory.set(LONG, p, memory.get(LONG, p) ^ (heads.get(LONG, head + done) & mask));
        }
    }

    /// Makes the tags of packets `first` to `last` (exclusive), at most eight. A message is strides
    /// and an end. All strides end together: lanes with fewer repeat the longest one's data until
    /// they begin, and lanes without a packet do what the last one does.
    private void authenticate(MemorySegment memory, int first, int last) {
        poly.start(heads, (long) first * BLOCK);
        int most = 0;
        boolean even = true;
        for (int lane = 0; lane < PolyLanes.LANES; lane++) {
            int bytes = length[Math.min(first + lane, last - 1)];
            strides[lane] = bytes / PolyLanes.STRIDE;
            rows[lane] = (bytes % PolyLanes.STRIDE + POLY_BLOCK - 1) / POLY_BLOCK;
            lengths[lane] = bytes;
            most = Math.max(most, rows[lane]);
            even &= rows[lane] == rows[0];
        }
        strides(memory, first, last);
        for (int lane = 0; lane < PolyLanes.LANES; lane++) {
            int packet = Math.min(first + lane, last - 1);
            int bytes = length[packet] % PolyLanes.STRIDE;
            long from = start[packet] + length[packet] - bytes;
            poly.tail(lane, memory, from, bytes, strides[lane] > 0);
        }
        poly.end(rows, most, even, lengths);
        poly.finish();
    }

    /// The first lane has the most.
    private void strides(MemorySegment memory, int first, int last) {
        Arrays.fill(at, start[first]);
        int in = 1;
        int done = 0;
        while (done < strides[0]) {
            for (; in < PolyLanes.LANES && strides[0] - strides[in] == done; in++) {
                at[in] = start[Math.min(first + in, last - 1)];
                poly.restart(in);
            }
            int until = in == PolyLanes.LANES ? strides[0] : strides[0] - strides[in];
            poly.update(memory, at, until - done);
            for (int lane = 0; lane < PolyLanes.LANES; lane++) {
                at[lane] += (long) (until - done) * PolyLanes.STRIDE;
            }
            done = until;
        }
        for (; in < PolyLanes.LANES; in++) {
            poly.restart(in);
        }
    }
}
