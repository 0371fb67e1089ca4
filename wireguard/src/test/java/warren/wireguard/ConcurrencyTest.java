// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/// Two devices with the threads that the tunnel gives them, and an operator who keeps pulling keys
/// and peers away. The AEAD tells of a key that two threads use at once or after it was closed.
class ConcurrencyTest {
    private static final int PACKETS_EACH_WAY = 2000;
    private static final long PATIENCE_NANOS = 60 * TestPair.SECOND;
    private static final long TIME_UNTIL = 600 * TestPair.SECOND;

    private final ClearAead aead = new ClearAead();
    private final TestPair pair = ClearAead.pair(aead);
    private final AtomicBoolean stop = new AtomicBoolean();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /// Runs fast while packets flow, so that sessions are renewed often; slowly while none do, to
    /// leave a handshake its five seconds.
    private final AtomicLong clock = new AtomicLong();

    private long deliveredBefore; // owned by the operator

    private final Side a = new Side(pair.a.device, pair.a.address);
    private final Side b = new Side(pair.b.device, pair.b.address);

    @Test
    void keysAreNeverUsedAfterTheyWereWipedAndTrafficGoesOn() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (Side side : List.of(a, b)) {
            Side other = side == a ? b : a;
            threads.add(start("tx", () -> side.sendOne(other)));
            threads.add(start("rx", () -> side.receiveAll(other)));
            threads.add(start("timer", () -> side.timer(other)));
        }
        threads.add(start("operator", this::disturb));
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!stop.get() && !isEnough() && deadline - System.nanoTime() > 0) {
            LockSupport.parkNanos(TestPair.MILLISECOND);
        }
        boolean enough = isEnough();
        stop.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), List.copyOf(failures));
        assertTrue(enough, () -> a + "\n" + b);
        a.device.down();
        b.device.down();
        assertEquals(0, aead.open.get(), "keys that nobody wiped");
        assertEquals(0, a.device.indices().size() + b.device.indices().size());
    }

    private Thread start(String name, Runnable step) {
        return Thread.ofPlatform()
                .name(name)
                .start(
                        () -> {
                            try {
                                while (!stop.get()) {
                                    step.run();
                                }
                            } catch (Throwable failure) {
                                failures.add(failure);
                                stop.set(true);
                            }
                        });
    }

    private boolean isEnough() {
        return a.delivered.get() >= PACKETS_EACH_WAY
                && b.delivered.get() >= PACKETS_EACH_WAY
                && clock.get() >= TIME_UNTIL;
    }

    private void disturb() {
        boolean flowing = a.delivered.get() + b.delivered.get() != deliveredBefore;
        deliveredBefore = a.delivered.get() + b.delivered.get();
        if (!flowing) {
            clock.addAndGet(TestPair.MILLISECOND);
            LockSupport.parkNanos(20_000);
            return;
        }
        long now = clock.addAndGet(TestPair.SECOND / 20 - clock.get() % (TestPair.SECOND / 20));
        Outbox outbox = new Outbox();
        if (now % (50 * TestPair.SECOND) == 0) {
            b.device.down();
            b.device.up(now, outbox);
        }
        if (now % (70 * TestPair.SECOND) == 0) {
            a.device.removePeer(b.device.publicKey());
            Peer again = a.device.addPeer(b.device.publicKey());
            again.setEndpoint(pair.b.address);
            again.allow(IpPrefix.parse("10.0.0.2/32"));
        }
        LockSupport.parkNanos(20_000);
    }

    /// One device and its datagrams on the wire.
    private final class Side {
        final Device device;
        final Endpoint address;
        final ConcurrentLinkedQueue<byte[]> wire = new ConcurrentLinkedQueue<>();
        final AtomicLong delivered = new AtomicLong();
        private final PacketBatch sending = batch();
        private final PacketBatch receiving = batch();
        private final PacketBatch flushingTx = batch();
        private final PacketBatch flushingRx = batch();
        private final PacketBatch flushingTimer = batch();
        private final Outbox txOutbox = new Outbox();
        private final Outbox rxOutbox = new Outbox();
        private final Outbox timerOutbox = new Outbox();

        Side(Device device, Endpoint address) {
            this.device = device;
            this.address = address;
        }

        void sendOne(Side to) {
            boolean first = address.equals(pair.a.address);
            String source = first ? "10.0.0.1" : "10.0.0.2";
            byte[] packet = TestNode.ip(source, first ? "10.0.0.2" : "10.0.0.1", 84, 1);
            if (to.wire.size() > 1000) {
                LockSupport.parkNanos(20_000);
                return;
            }
            MemorySegment.copy(packet, 0, sending.memory, ValueLayout.JAVA_BYTE, 16, packet.length);
            sending.offset[0] = 16;
            sending.length[0] = packet.length;
            Peer peer = device.route(sending, 0);
            long now = clock.get();
            if (peer != null
                    && peer.seal(sending, 0, 1, TestNode.MTU, now, txOutbox)
                            == SealOutcome.SEALED) {
                to.take(sending, 1);
            }
            drain(txOutbox, flushingTx, now, to);
        }

        void receiveAll(Side from) {
            byte[] datagram = wire.poll();
            if (datagram == null) {
                LockSupport.parkNanos(20_000);
                return;
            }
            long now = clock.get();
            MemorySegment.copy(
                    datagram, 0, receiving.memory, ValueLayout.JAVA_BYTE, 0, datagram.length);
            receiving.offset[0] = 0;
            receiving.length[0] = datagram.length;
            if (MessageKind.of(receiving.memory, 0, datagram.length) == MessageKind.TRANSPORT) {
                Keypair keypair = device.keypair(receiving, 0);
                if (keypair != null) {
                    delivered.addAndGet(keypair.open(receiving, 0, 1, from.address, now, rxOutbox));
                }
            } else {
                device.receiveHandshake(receiving, 0, from.address, now, false, rxOutbox);
            }
            drain(rxOutbox, flushingRx, now, from);
        }

        void timer(Side to) {
            long now = clock.get();
            device.onTimer(now, timerOutbox);
            drain(timerOutbox, flushingTimer, now, to);
            LockSupport.parkNanos(20_000);
        }

        private void drain(Outbox outbox, PacketBatch flushing, long now, Side to) {
            for (Peer peer = outbox.pollFlush(); peer != null; peer = outbox.pollFlush()) {
                int count = peer.sealStaged(flushing, TestNode.MTU, now, outbox);
                while (count > 0) {
                    to.take(flushing, count);
                    count = peer.sealStaged(flushing, TestNode.MTU, now, outbox);
                }
            }
            for (Datagram d = outbox.pollDatagram(); d != null; d = outbox.pollDatagram()) {
                to.wire.add(d.bytes());
            }
        }

        private void take(PacketBatch batch, int count) {
            for (int i = 0; i < count; i++) {
                wire.add(
                        batch.memory
                                .asSlice(batch.offset[i], batch.length[i])
                                .toArray(ValueLayout.JAVA_BYTE));
            }
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder().append(delivered);
            for (Drop reason : Drop.values()) {
                text.append(' ').append(reason).append('=').append(device.drops().count(reason));
            }
            return text.append(" clock ").append(clock).toString();
        }

        private static PacketBatch batch() {
            return new PacketBatch(Arena.ofAuto().allocate(65536), 32);
        }
    }
}
