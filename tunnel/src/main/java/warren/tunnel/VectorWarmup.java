// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import warren.wireguard.Aead;
import warren.wireguard.PacketBatch;

/// Opens the gate of the vector code: once traffic wants it, works on packets of its own, a small
/// part of the time, until the compiler has done its work, the results equal the other backend's
/// and the time is less than that one's. Gives up for good after a few failures.
///
/// One daemon thread; it sleeps while the gate is open.
final class VectorWarmup implements Runnable {
    private static final System.Logger LOG = System.getLogger(VectorWarmup.class.getName());

    /// Times that the gate is opened in the life of a process.
    private static final int OPENINGS = 4;

    /// Work and pause, in milliseconds: a fifth of a processor.
    private static final int SLICE_MILLIS = 10;

    private static final int PAUSE_MILLIS = 40;

    /// Slices before giving up: about half a minute.
    private static final int SLICES = 600;

    /// Good slices in a row that prove the compiler has finished.
    private static final int STEADY = 20;

    /// Bytes of garbage a packet that a good slice may leave (its own bookkeeping).
    private static final long GARBAGE_LIMIT = 256;

    private static final int PACKETS = 45;
    private static final int STRIDE = 2048;
    private static final int LARGE = 1420;
    private static final int SMALL = 96;

    private final Aead usual;
    private final VectorGate gate;
    private final Random random = new Random(0); // not a secret: test data

    private final VectorGate ownGate = VectorGate.alwaysOpen();
    private long packets;

    // The cheapest seen, nanoseconds a packet.
    private double vectorLarge = Double.MAX_VALUE;
    private double vectorSmall = Double.MAX_VALUE;
    private double plainLarge = Double.MAX_VALUE;
    private double plainSmall = Double.MAX_VALUE;

    private VectorWarmup(Aead usual, VectorGate gate) {
        this.usual = usual;
        this.gate = gate;
    }

    static void start(Aead usual, VectorGate gate) {
        Thread.ofPlatform().name("aead-warmup").daemon().start(new VectorWarmup(usual, gate));
    }

    @Override
    public void run() {
        try {
            for (int i = 0; i < OPENINGS; i++) {
                gate.awaitWanted();
                if (!warm()) {
                    return;
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Warms up and opens the gate.
    ///
    /// @return false where there is no point in another attempt
    boolean warm() throws InterruptedException {
        byte[] secret = new byte[32]; // never protects anything
        random.nextBytes(secret);
        try (Arena arena = Arena.ofConfined();
                Aead.Key plain = usual.key(secret);
                Aead.Key vector = new VectorAead(usual, ownGate).key(secret)) {
            PacketBatch batch = new PacketBatch(arena.allocate(PACKETS * STRIDE, 64), PACKETS);
            int steady = 0;
            for (int slice = 0; slice < SLICES && steady < STEADY; slice++) {
                if (!agree(vector, plain, batch) || !agree(plain, vector, batch)) {
                    LOG.log(Level.ERROR, "Vector encryption computes wrongly here: stays off");
                    return false;
                }
                steady = compare(vector, plain, batch) ? steady + 1 : 0;
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
            if (steady < STEADY || vectorLarge >= plainLarge || vectorSmall >= plainSmall) {
                LOG.log(
                        Level.INFO,
                        "Vector encryption stays off: steady={0} nanos={1} usual={2}",
                        steady,
                        Math.round(vectorLarge),
                        Math.round(plainLarge));
                return false;
            }
            VectorCost cost = VectorCost.of(SMALL, plainSmall, LARGE, plainLarge);
            gate.open(cost);
            LOG.log(
                    Level.INFO,
                    "Encryption switched: from={0} to=vector nanos={1} before={2}",
                    usual.name(),
                    Math.round(vectorLarge),
                    Math.round(plainLarge));
            return true;
        }
    }

    /// Works a slice, and measures once that leaves no garbage: the cheapest slices count,
    /// since the machine has other work too.
    ///
    /// @return whether there was no garbage
    private boolean compare(Aead.Key vector, Aead.Key plain, PacketBatch batch) {
        long before = VectorWatch.THREADS.getCurrentThreadAllocatedBytes();
        packets = 0;
        double large = nanos(vector, batch, LARGE);
        double small = nanos(vector, batch, SMALL);
        long garbage = VectorWatch.THREADS.getCurrentThreadAllocatedBytes() - before;
        if (garbage > GARBAGE_LIMIT * packets) {
            return false;
        }
        vectorLarge = Math.min(vectorLarge, large);
        vectorSmall = Math.min(vectorSmall, small);
        plainLarge = Math.min(plainLarge, nanos(plain, batch, LARGE));
        plainSmall = Math.min(plainSmall, nanos(plain, batch, SMALL));
        return true;
    }

    /// Processor time to seal and to open a packet of `length` bytes, the mean of the two.
    private double nanos(Aead.Key key, PacketBatch batch, int length) {
        long start = VectorWatch.THREADS.getCurrentThreadCpuTime();
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SLICE_MILLIS) / 2;
        long worked = 0;
        do {
            for (int i = 0; i < PACKETS; i++) {
                batch.offset[i] = i * STRIDE;
                batch.length[i] = length;
                batch.counter[i] = worked + i;
            }
            key.seal(batch, 0, PACKETS);
            key.open(batch, 0, PACKETS);
            worked += PACKETS;
        } while (System.nanoTime() < until);
        packets += worked;
        return (VectorWatch.THREADS.getCurrentThreadCpuTime() - start) / (2.0 * worked);
    }

    /// Whether `opener` opens what `sealer` made of random packets, and gets the same bytes.
    private boolean agree(Aead.Key sealer, Aead.Key opener, PacketBatch batch) {
        int count = 1 + random.nextInt(PACKETS);
        int longest = 1 + random.nextInt(LARGE);
        byte[][] content = new byte[count][];
        for (int i = 0; i < count; i++) {
            content[i] = new byte[random.nextInt(4) == 0 ? longest : random.nextInt(longest)];
            random.nextBytes(content[i]);
            batch.offset[i] = i * STRIDE + random.nextInt(64);
            batch.length[i] = content[i].length;
            batch.counter[i] = random.nextLong();
            MemorySegment.copy(
                    content[i],
                    0,
                    batch.memory,
                    ValueLayout.JAVA_BYTE,
                    batch.offset[i],
                    content[i].length);
        }
        sealer.seal(batch, 0, count);
        opener.open(batch, 0, count);
        for (int i = 0; i < count; i++) {
            if (!batch.authentic[i] || !equal(batch, i, content[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean equal(PacketBatch batch, int i, byte[] content) {
        return batch.length[i] == content.length
                && MemorySegment.ofArray(content)
                                .mismatch(batch.memory.asSlice(batch.offset[i], batch.length[i]))
                        < 0;
    }
}
