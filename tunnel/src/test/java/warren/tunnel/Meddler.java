// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import warren.linux.Poll;
import warren.linux.errno.ErrnoException;
import warren.linux.udp.ReceiveBatch;
import warren.linux.udp.SendBatch;
import warren.linux.udp.UdpPort;
import warren.wireguard.IpAddress;
import warren.wireguard.MessageLayout;

/// A wire between two devices of this machine. Once it meddles, what carries payload changes
/// places, comes twice or comes changed, and goes on as the kernel joins it: equal lengths in one
/// message. Handshakes and keepalives always pass as they are.
final class Meddler implements AutoCloseable {
    private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");
    private static final int MESSAGES = 64;

    /// How long nothing comes where a burst has ended.
    private static final int SILENCE_MILLIS = 2;

    private final Random random;
    private final UdpPort port = UdpPort.open(0);
    private final Thread thread = Thread.ofPlatform().name("meddler").unstarted(this::run);
    private volatile boolean meddling;
    private volatile boolean ended;
    private final AtomicInteger seen = new AtomicInteger();
    private final AtomicInteger corrupted = new AtomicInteger();
    private volatile int left;
    private volatile int right;

    @SuppressWarnings("ArrayRecordComponent") // never compared or printed
    private record Message(int from, byte[] bytes) {
        boolean carriesPayload() {
            return bytes[0] == MessageLayout.TYPE_TRANSPORT
                    && bytes.length > MessageLayout.TRANSPORT_MIN_LENGTH;
        }
    }

    Meddler(Random random) throws ErrnoException {
        this.random = random;
    }

    int port() {
        return port.port();
    }

    /// @param left port of one device, as `right` of the other
    void connect(int left, int right) {
        this.left = left;
        this.right = right;
        thread.start();
    }

    void meddle() {
        meddling = true;
    }

    /// Messages with payload that came in.
    int seen() {
        return seen.get();
    }

    /// Of these, those of which no unchanged copy went on.
    int corrupted() {
        return corrupted.get();
    }

    private void run() {
        try (Arena arena = Arena.ofConfined()) {
            ReceiveBatch batch = new ReceiveBatch(arena, MESSAGES, BatchSize.DATAGRAM_BYTES, 0);
            Poll poll = new Poll(arena, 1);
            poll.add(port.v4().fd(), Poll.READ);
            while (!ended) {
                List<Message> burst = new ArrayList<>();
                while (poll.await(SILENCE_MILLIS) > 0) {
                    int count = port.v4().receive(batch);
                    for (int slot = 0; slot < count; slot++) {
                        burst.add(message(batch, slot));
                    }
                }
                forward(burst);
            }
        } catch (ErrnoException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Message message(ReceiveBatch batch, int slot) {
        return new Message(
                batch.sourcePort(slot),
                batch.memory()
                        .asSlice(batch.offset(slot), batch.length(slot))
                        .toArray(ValueLayout.JAVA_BYTE));
    }

    private void forward(List<Message> burst) throws ErrnoException {
        List<Message> plain = burst.stream().filter(each -> !each.carriesPayload()).toList();
        List<Message> payload = burst.stream().filter(Message::carriesPayload).toList();
        if (meddling) {
            payload = meddled(payload);
        }
        send(plain);
        send(payload);
        seen.addAndGet((int) burst.stream().filter(Message::carriesPayload).count());
    }

    /// Half of the bursts lose one message to a flipped bit, half of them have one twice.
    private List<Message> meddled(List<Message> burst) {
        if (burst.isEmpty()) {
            return burst;
        }
        List<Message> changed = new ArrayList<>(burst);
        if (random.nextBoolean()) {
            int at = random.nextInt(changed.size());
            byte[] bytes = changed.get(at).bytes().clone();
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            changed.set(at, new Message(changed.get(at).from(), bytes));
            corrupted.incrementAndGet();
        }
        if (random.nextBoolean()) {
            changed.add(changed.get(random.nextInt(changed.size())));
        }
        if (random.nextBoolean()) {
            Collections.shuffle(changed, random);
        }
        return changed;
    }

    private void send(List<Message> messages) throws ErrnoException {
        for (int from = 0; from < messages.size(); ) {
            int to = endOfRun(messages, from);
            send(messages.subList(from, to), messages.get(from).bytes().length);
            from = to;
        }
    }

    private static int endOfRun(List<Message> messages, int from) {
        Message first = messages.get(from);
        int size = first.bytes().length;
        int to = from + 1;
        while (to < messages.size()
                && to - from < SendBatch.SEGMENTS_MAX
                && (to - from + 1) * size <= SendBatch.BYTES_MAX
                && messages.get(to).from() == first.from()
                && messages.get(to).bytes().length == size) {
            to++;
        }
        return to;
    }

    private void send(List<Message> run, int size) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate((long) size * run.size());
            for (int i = 0; i < run.size(); i++) {
                byte[] bytes = run.get(i).bytes();
                MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, (long) i * size, size);
            }
            SendBatch batch = new SendBatch(arena, 1);
            int slot = batch.add(memory, 0, size * run.size());
            int to = run.getFirst().from() == left ? right : left;
            batch.destination(slot, LOOPBACK.bits(), LOOPBACK.high(), LOOPBACK.low(), to);
            if (run.size() > 1) {
                batch.segment(slot, size);
            }
            while (!port.v4().send(batch)) {
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public void close() {
        ended = true;
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        port.close();
    }
}
