// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Several threads at once in one session: each seals in a lane of its own, all open in turns.
class LanesTest {
    private static final int LANES = 4;
    private static final int RUNS = 400;
    private static final int RUN_MAX = 4;
    private static final int SLOT = 256;
    private static final int LENGTH = 84;

    /// Where [TestNode#ip] leaves bytes to the test: behind an IPv4 header.
    private static final int MARK = 20;

    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

    @Test
    void everyCounterIsUsedOnceAndEveryPacketArrives() throws InterruptedException {
        TestPair pair = ClearAead.pair(new JceAead(), LANES);
        pair.connect();
        List<List<byte[]>> sealed = sealInAllLanes(pair);
        assertEquals(List.of(), List.copyOf(failures));

        List<byte[]> all = new ArrayList<>();
        sealed.forEach(all::addAll);
        all.sort((x, y) -> Long.compareUnsigned(counter(x), counter(y)));
        long first = counter(all.getFirst());
        for (int i = 0; i < all.size(); i++) {
            assertEquals(first + i, counter(all.get(i)), "a counter left out or used twice");
        }
        for (byte[] datagram : all) {
            pair.b.receive(datagram, pair.a.address);
        }
        assertEquals(all.size(), pair.b.delivered.size());
        assertInOrder(pair.b.delivered);
    }

    @Test
    void manyThreadsThatOpenTheSameDatagramsTakeEachOnce() throws InterruptedException {
        ClearAead aead = new ClearAead();
        TestPair pair = ClearAead.pair(aead, LANES);
        pair.connect();
        List<byte[]> datagrams = new ArrayList<>();
        sealInAllLanes(pair).forEach(datagrams::addAll);
        AtomicInteger accepted = new AtomicInteger();
        ConcurrentLinkedQueue<Integer> marks = new ConcurrentLinkedQueue<>();
        inParallel(
                lane -> {
                    PacketBatch batch = batch();
                    Outbox outbox = new Outbox(lane);
                    Endpoint source = // from another address each: what roaming does for a moment
                            Endpoint.of(IpAddress.parse("192.0.2." + (10 + lane)), 51820);
                    for (byte[] datagram : datagrams) {
                        load(batch, 0, datagram);
                        Keypair keypair = pair.b.device.keypair(batch, 0);
                        if (keypair != null && keypair.open(batch, 0, 1, source, 0, outbox) > 0) {
                            accepted.incrementAndGet();
                            marks.add(
                                    batch.memory.get(
                                            ValueLayout.JAVA_INT_UNALIGNED,
                                            batch.offset[0] + MARK));
                        }
                    }
                });
        assertEquals(List.of(), List.copyOf(failures));
        assertEquals(datagrams.size(), accepted.get());
        assertEquals(datagrams.size(), new HashSet<>(marks).size());
        assertEquals(
                (LANES - 1L) * datagrams.size(), pair.b.drops(Drop.REPLAYED_DATA), "replays seen");
    }

    @Test
    void closingWaitsForEveryLaneAndWipesItsKey() throws InterruptedException {
        for (int round = 0; round < 50; round++) {
            ClearAead aead = new ClearAead();
            TestPair pair = ClearAead.pair(aead, LANES);
            pair.connect();
            CountDownLatch begun = new CountDownLatch(LANES);
            inParallel(
                    lane -> {
                        PacketBatch batch = batch();
                        Outbox outbox = new Outbox(lane);
                        begun.countDown();
                        do {
                            fill(batch, 1, lane, 0);
                        } while (seal(pair, batch, 1, outbox) == SealOutcome.SEALED);
                    },
                    () -> {
                        begun.await();
                        pair.a.device.down();
                    });
            pair.b.device.down();
            assertEquals(List.of(), List.copyOf(failures));
            assertEquals(0, aead.open.get(), "keys that nobody wiped");
        }
    }

    @Test
    void lanesThatRaceForTheLastCountersTakeNoMoreThanThereAre() throws InterruptedException {
        TestPair pair = ClearAead.pair(new ClearAead(), LANES);
        pair.connect();
        int left = 1000;
        load(pair.a.batch, 0, pair.sendFromBWire().bytes());
        Keypair keypair = pair.a.device.keypair(pair.a.batch, 0);
        keypair.skipTo(ProtocolConstants.REJECT_AFTER_MESSAGES - left);
        Set<Long> counters = ConcurrentHashMap.newKeySet();
        AtomicInteger sealed = new AtomicInteger();
        inParallel(
                lane -> {
                    PacketBatch batch = batch();
                    for (int run = 0; run < 10_000; run++) { // enough to wrap, if refusals counted
                        fill(batch, RUN_MAX, lane, run);
                        if (keypair.seal(batch, 0, RUN_MAX, TestNode.MTU, 0, lane)) {
                            sealed.addAndGet(RUN_MAX);
                            for (int i = 0; i < RUN_MAX; i++) {
                                counters.add(batch.counter[i]);
                            }
                        }
                    }
                });
        assertEquals(List.of(), List.copyOf(failures));
        assertEquals(left, sealed.get());
        assertEquals(left, counters.size());
        assertTrue(
                counters.stream()
                        .allMatch(
                                counter ->
                                        Long.compareUnsigned(
                                                        counter,
                                                        ProtocolConstants.REJECT_AFTER_MESSAGES)
                                                < 0));
    }

    /// What each lane's thread sealed, in its order.
    private List<List<byte[]>> sealInAllLanes(TestPair pair) throws InterruptedException {
        List<List<byte[]>> sealed = new ArrayList<>();
        for (int lane = 0; lane < LANES; lane++) {
            sealed.add(new ArrayList<>());
        }
        inParallel(
                lane -> {
                    Random random = new Random(lane);
                    PacketBatch batch = batch();
                    Outbox outbox = new Outbox(lane);
                    int sequence = 0;
                    for (int run = 0; run < RUNS; run++) {
                        int count = 1 + random.nextInt(RUN_MAX);
                        fill(batch, count, lane, sequence);
                        sequence += count;
                        assertEquals(SealOutcome.SEALED, seal(pair, batch, count, outbox));
                        for (int i = 0; i < count; i++) {
                            sealed.get(lane)
                                    .add(
                                            batch.memory
                                                    .asSlice(batch.offset[i], batch.length[i])
                                                    .toArray(ValueLayout.JAVA_BYTE));
                        }
                    }
                });
        return sealed;
    }

    private static SealOutcome seal(TestPair pair, PacketBatch batch, int count, Outbox outbox) {
        return pair.a.peer(pair.b).seal(batch, 0, count, TestNode.MTU, pair.a.now, outbox);
    }

    /// Packets of a lane in the order of their counters are in the order they were sealed in.
    private static void assertInOrder(List<byte[]> delivered) {
        int[] next = new int[LANES];
        for (byte[] packet : delivered) {
            int mark = MemorySegment.ofArray(packet).get(ValueLayout.JAVA_INT_UNALIGNED, MARK);
            int lane = mark >>> 24;
            assertEquals(next[lane]++, mark & 0xff_ffff, "lane " + lane);
        }
    }

    private static PacketBatch batch() {
        return new PacketBatch(Arena.ofAuto().allocate((long) SLOT * RUN_MAX), RUN_MAX);
    }

    /// Packets from `a` to `b`, each marked with lane and number.
    private static void fill(PacketBatch batch, int count, int lane, int sequence) {
        byte[] packet = TestNode.ip("10.0.0.1", "10.0.0.2", LENGTH, 1);
        for (int i = 0; i < count; i++) {
            batch.offset[i] = SLOT * i + MessageLayout.TRANSPORT_HEADER;
            batch.length[i] = packet.length;
            MemorySegment.copy(
                    packet, 0, batch.memory, ValueLayout.JAVA_BYTE, batch.offset[i], packet.length);
            batch.memory.set(
                    ValueLayout.JAVA_INT_UNALIGNED,
                    batch.offset[i] + MARK,
                    lane << 24 | (sequence + i));
        }
    }

    private static void load(PacketBatch batch, int index, byte[] datagram) {
        batch.offset[index] = SLOT * index;
        batch.length[index] = datagram.length;
        MemorySegment.copy(
                datagram,
                0,
                batch.memory,
                ValueLayout.JAVA_BYTE,
                batch.offset[index],
                datagram.length);
    }

    private static long counter(byte[] datagram) {
        return MemorySegment.ofArray(datagram)
                .get(MessageLayout.LE64, MessageLayout.TRANSPORT_COUNTER);
    }

    private void inParallel(LaneWork work) throws InterruptedException {
        inParallel(work, () -> {});
    }

    /// Runs `work` in a thread for each lane, begun together, and `meanwhile` beside them.
    private void inParallel(LaneWork work, Meanwhile meanwhile) throws InterruptedException {
        CountDownLatch together = new CountDownLatch(LANES);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < LANES; i++) {
            int lane = i;
            threads.add(
                    Thread.ofPlatform()
                            .name("lane" + lane)
                            .start(
                                    () -> {
                                        try {
                                            together.countDown();
                                            together.await();
                                            work.run(lane);
                                        } catch (Throwable failure) {
                                            failures.add(failure);
                                        }
                                    }));
        }
        meanwhile.run();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @FunctionalInterface
    private interface LaneWork {
        void run(int lane) throws Exception;
    }

    @FunctionalInterface
    private interface Meanwhile {
        void run() throws InterruptedException;
    }
}
