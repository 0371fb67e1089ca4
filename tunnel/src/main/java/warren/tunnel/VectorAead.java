// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import warren.wireguard.Aead;
import warren.wireguard.PacketBatch;

/// ChaCha20-Poly1305 in the Vector API, across packets: ChaCha20 computes sixteen blocks at once
/// whichever packets they belong to, Poly1305 eight packets at once.
final class VectorAead implements Aead {
    @Override
    public String name() {
        return "vector";
    }

    @Override
    public Key key(byte[] key) {
        return new Session(key);
    }

    private static final class Session implements Key {
        private static final ValueLayout.OfLong LONG =
                ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

        private final int[] key = new int[8];
        private final ChaChaLanes chacha = new ChaChaLanes();
        private final PolyLanes poly = new PolyLanes();
        private final long[] at = new long[PolyLanes.LANES];
        private final int[] polyKeys = new int[8 * PolyLanes.LANES];
        private final long[] tag = new long[2];

        // What each ChaCha lane is for: the packet's index, and the position of its block.
        private final int[] lanePacket = new int[ChaChaLanes.LANES];
        private final long[] laneAt = new long[ChaChaLanes.LANES];
        private final int[] laneLength = new int[ChaChaLanes.LANES];
        private int lanes;

        Session(byte[] bytes) {
            for (int i = 0; i < 8; i++) {
                key[i] =
                        bytes[4 * i] & 255
                                | (bytes[4 * i + 1] & 255) << 8
                                | (bytes[4 * i + 2] & 255) << 16
                                | bytes[4 * i + 3] << 24;
            }
        }

        @Override
        public void seal(PacketBatch batch, int from, int to) {
            cipher(batch, from, to, 0);
            for (int first = from; first < to; first += PolyLanes.LANES) {
                int last = Math.min(to, first + PolyLanes.LANES);
                authenticate(batch, first, last, 0);
                for (int i = first; i < last; i++) {
                    poly.finish(i - first, tag);
                    long end = (long) batch.offset[i] + batch.length[i];
                    batch.memory.set(LONG, end, tag[0]);
                    batch.memory.set(LONG, end + 8, tag[1]);
                    batch.length[i] += TAG_LENGTH;
                }
            }
        }

        @Override
        public void open(PacketBatch batch, int from, int to) {
            for (int first = from; first < to; first += PolyLanes.LANES) {
                int last = Math.min(to, first + PolyLanes.LANES);
                authenticate(batch, first, last, TAG_LENGTH);
                for (int i = first; i < last; i++) {
                    poly.finish(i - first, tag);
                    batch.length[i] -= TAG_LENGTH;
                    long end = (long) batch.offset[i] + batch.length[i];
                    long difference =
                            batch.memory.get(LONG, end) ^ tag[0]
                                    | batch.memory.get(LONG, end + 8) ^ tag[1];
                    batch.authentic[i] = difference == 0;
                }
            }
            cipher(batch, from, to, 0);
        }

        /// Computes the Poly1305 state of packets `first` to `last`, at most eight, over their
        /// length less `trailer`.
        private void authenticate(PacketBatch batch, int first, int last, int trailer) {
            oneTimeKeys(batch, first, last);
            int common = Integer.MAX_VALUE;
            for (int lane = 0; lane < PolyLanes.LANES; lane++) {
                int packet = Math.min(first + lane, last - 1); // idle lanes repeat the last one
                poly.start(lane, polyKeys, 8 * (packet - first));
                at[lane] = batch.offset[packet];
                common = Math.min(common, batch.length[packet] - trailer);
            }
            int strides = common / PolyLanes.STRIDE;
            poly.update(batch.memory, at, strides);
            rest(batch, first, last, trailer, strides);
        }

        /// What is behind the common strides: fewer than four whole blocks where the lengths are equal.
        private void rest(PacketBatch batch, int first, int last, int trailer, int strides) {
            int length = batch.length[first] - trailer;
            for (int packet = first + 1; packet < last; packet++) {
                if (batch.length[packet] - trailer != length) {
                    throw new UnsupportedOperationException("unequal lengths");
                }
            }
            int done = strides * PolyLanes.STRIDE;
            int count = 0;
            for (; done < length; done += 16, count++) {
                for (int lane = 0; lane < PolyLanes.LANES; lane++) {
                    long p = at[lane] + done;
                    poly.blocks[count * 16 + lane] = partial(batch.memory, p, length - done);
                    poly.blocks[count * 16 + 8 + lane] =
                            partial(batch.memory, p + 8, length - done - 8);
                }
            }
            for (int lane = 0; lane < PolyLanes.LANES; lane++) {
                poly.blocks[count * 16 + lane] = 0;
                poly.blocks[count * 16 + 8 + lane] = length;
            }
            poly.absorb(count + 1);
        }

        /// Up to eight bytes as a number, little-endian, absent ones zero.
        private static long partial(MemorySegment memory, long at, int present) {
            if (present >= 8) {
                return memory.get(LONG, at);
            }
            long value = 0;
            for (int i = 0; i < present; i++) {
                value |= (memory.get(ValueLayout.JAVA_BYTE, at + i) & 255L) << 8 * i;
            }
            return value;
        }

        private void oneTimeKeys(PacketBatch batch, int first, int last) {
            for (int i = first; i < last; i++) {
                chacha.counter[i - first] = 0;
                chacha.nonceLow[i - first] = (int) batch.counter[i];
                chacha.nonceHigh[i - first] = (int) (batch.counter[i] >>> 32);
            }
            chacha.compute(key);
            for (int i = first; i < last; i++) {
                System.arraycopy(chacha.stream, 16 * (i - first), polyKeys, 8 * (i - first), 8);
            }
        }

        private void cipher(PacketBatch batch, int from, int to, int trailer) {
            lanes = 0;
            for (int i = from; i < to; i++) {
                int length = batch.length[i] - trailer;
                for (int done = 0, block = 1; done < length; done += 64, block++) {
                    chacha.counter[lanes] = block;
                    chacha.nonceLow[lanes] = (int) batch.counter[i];
                    chacha.nonceHigh[lanes] = (int) (batch.counter[i] >>> 32);
                    laneAt[lanes] = (long) batch.offset[i] + done;
                    laneLength[lanes] = length - done;
                    if (++lanes == ChaChaLanes.LANES) {
                        flush(batch.memory);
                    }
                }
            }
            flush(batch.memory);
        }

        private void flush(MemorySegment memory) {
            if (lanes == 0) {
                return;
            }
            chacha.compute(key);
            for (int lane = 0; lane < lanes; lane++) {
                if (laneLength[lane] >= ChaChaLanes.BLOCK) {
                    chacha.xorBlock(lane, memory, laneAt[lane]);
                } else {
                    xorPartial(memory, lane);
                }
            }
            lanes = 0;
        }

        private void xorPartial(MemorySegment memory, int lane) {
            for (int i = 0; i < laneLength[lane]; i++) {
                byte stream = (byte) (chacha.stream[16 * lane + i / 4] >>> 8 * (i & 3));
                long p = laneAt[lane] + i;
                memory.set(
                        ValueLayout.JAVA_BYTE,
                        p,
                        (byte) (memory.get(ValueLayout.JAVA_BYTE, p) ^ stream));
            }
        }

        @Override
        public void close() {
            Arrays.fill(key, 0);
        }
    }
}
