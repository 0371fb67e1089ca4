// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.util.Arrays;
import warren.wireguard.Aead;
import warren.wireguard.PacketBatch;

/// ChaCha20-Poly1305 in the Vector API, across packets: ChaCha20 computes sixteen blocks at once
/// whichever packets they belong to, Poly1305 eight packets at once. What does not fill the lanes
/// (few packets, one long among short ones) goes to another backend.
///
/// Thread-safe. The working state, about ten kilobytes, belongs to the thread and not to the key:
/// thousands of sessions share it.
final class VectorAead implements Aead {
    // What a group of up to eight costs here, and what its packets cost another backend, in
    // nanoseconds of the machine in docs/performance.md. Only the ratio matters: four packets of
    // full size pay, and two small ones.
    private static final double GROUP = 590;
    private static final double LONGEST_BYTE = 1.1;
    private static final double BYTE = 0.25;
    private static final double OTHER_PACKET = 580;
    private static final double OTHER_BYTE = 0.33;

    private final Aead single;
    private final VectorGate gate;
    private final boolean always;
    private final ThreadLocal<Scratch> scratch;

    /// @param single for what does not pay here, and for everything while the gate is shut
    VectorAead(Aead single, VectorGate gate) {
        this(single, gate, false);
    }

    /// @param always whether everything is taken to pay, for tests
    VectorAead(Aead single, VectorGate gate, boolean always) {
        this.single = single;
        this.gate = gate;
        this.always = always;
        this.scratch = ThreadLocal.withInitial(() -> new Scratch(new VectorWatch(gate)));
    }

    @Override
    public String name() {
        return gate.isOpen() ? "vector" : single.name();
    }

    @Override
    public Key key(byte[] key) {
        return new Session(key);
    }

    /// One thread's working state.
    private static final class Scratch {
        private static final int SORTED = 64;

        private final VectorRun run = new VectorRun();
        private final int[] order = new int[SORTED];
        private final VectorWatch watch;

        Scratch(VectorWatch watch) {
            this.watch = watch;
        }

        /// Indices of packets `from` to `to` (exclusive), longest first.
        void sort(PacketBatch batch, int from, int to) {
            for (int i = from; i < to; i++) {
                int length = batch.length[i];
                int place = i - from;
                while (place > 0 && batch.length[order[place - 1]] < length) {
                    order[place] = order[place - 1];
                    place--;
                }
                order[place] = i;
            }
        }
    }

    private final class Session implements Key {
        private final Key one;
        private final int[] words = new int[8];
        private boolean closed;

        Session(byte[] bytes) {
            one = single.key(bytes);
            for (int i = 0; i < words.length; i++) {
                words[i] =
                        (bytes[4 * i] & 255)
                                | ((bytes[4 * i + 1] & 255) << 8)
                                | ((bytes[4 * i + 2] & 255) << 16)
                                | (bytes[4 * i + 3] << 24);
            }
        }

        @Override
        public void seal(PacketBatch batch, int from, int to) {
            if (!admitted(to - from)) {
                one.seal(batch, from, to);
                return;
            }
            Scratch mine = scratch.get();
            mine.watch.begin();
            for (int i = from; i < to; i += Scratch.SORTED) {
                some(mine, batch, i, Math.min(to, i + Scratch.SORTED), true);
            }
            mine.watch.end(batch, from, to);
        }

        @Override
        public void open(PacketBatch batch, int from, int to) {
            if (!admitted(to - from)) {
                one.open(batch, from, to);
                return;
            }
            Scratch mine = scratch.get();
            mine.watch.begin();
            for (int i = from; i < to; i += Scratch.SORTED) {
                some(mine, batch, i, Math.min(to, i + Scratch.SORTED), false);
            }
            mine.watch.end(batch, from, to);
        }

        private boolean admitted(int packets) {
            if (closed) {
                throw new IllegalStateException("the key was closed");
            }
            return gate.admits(packets);
        }

        private void some(Scratch mine, PacketBatch batch, int from, int to, boolean sealing) {
            mine.sort(batch, from, to);
            int shortest = sealing ? 0 : TAG_LENGTH;
            int count = to - from;
            while (count > 0 && batch.length[mine.order[count - 1]] < shortest) {
                refuse(batch, mine.order[--count]);
            }
            for (int first = 0; first < count; first += PolyLanes.LANES) {
                int last = Math.min(count, first + PolyLanes.LANES);
                if (always || pays(mine, batch, first, last)) {
                    for (int i = first; i < last; i++) {
                        int packet = mine.order[i];
                        mine.run.add(batch, packet, batch.length[packet] - shortest);
                    }
                    if (mine.run.count() > VectorRun.PACKETS - PolyLanes.LANES) {
                        work(mine.run, batch, sealing);
                    }
                } else {
                    singly(mine, batch, first, last, sealing);
                }
            }
            if (mine.run.count() > 0) {
                work(mine.run, batch, sealing);
            }
        }

        private void work(VectorRun run, PacketBatch batch, boolean sealing) {
            if (sealing) {
                run.seal(batch, words);
            } else {
                run.open(batch, words);
            }
        }

        private void singly(Scratch mine, PacketBatch batch, int first, int last, boolean sealing) {
            for (int i = first; i < last; i++) {
                int packet = mine.order[i];
                if (sealing) {
                    one.seal(batch, packet, packet + 1);
                } else {
                    one.open(batch, packet, packet + 1);
                }
            }
        }

        @Override
        public void close() {
            closed = true;
            Arrays.fill(words, 0);
            one.close();
        }
    }

    private static void refuse(PacketBatch batch, int packet) {
        batch.authentic[packet] = false;
        batch.length[packet] = 0;
    }

    /// Whether packets `first` to `last` of the order, longest first, cost less here: every lane
    /// of Poly1305 takes as long as that of the longest one.
    private static boolean pays(Scratch mine, PacketBatch batch, int first, int last) {
        long bytes = 0;
        for (int i = first; i < last; i++) {
            bytes += batch.length[mine.order[i]];
        }
        double here = GROUP + LONGEST_BYTE * batch.length[mine.order[first]] + BYTE * bytes;
        return here < OTHER_PACKET * (last - first) + OTHER_BYTE * bytes;
    }
}
