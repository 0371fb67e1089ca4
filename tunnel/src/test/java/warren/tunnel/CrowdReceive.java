// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import warren.linux.Poll;
import warren.linux.errno.ErrnoException;
import warren.linux.udp.ReceiveBatch;
import warren.wireguard.Device;
import warren.wireguard.Endpoint;
import warren.wireguard.Keypair;
import warren.wireguard.MessageKind;
import warren.wireguard.Outbox;
import warren.wireguard.PacketBatch;

/// The way into a [Crowd], as [ReceiveLoop] is a device's. Confined to its thread.
final class CrowdReceive {
    /// Where a transport message names its receiver.
    private static final int RECEIVER = 4;

    private static final ValueLayout.OfInt LE32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Crowd crowd;
    private final Sender sender;
    private final ReceiveBatch received;
    private final PacketBatch batch;
    private final TunWriter writer;
    private final EndpointCache endpoints = new EndpointCache();
    private final Outbox outbox = new Outbox();
    private final Poll poll;

    private int runStart;
    private @Nullable Keypair runKeypair;
    private @Nullable Endpoint runSource;

    CrowdReceive(Arena arena, Crowd crowd) {
        this.crowd = crowd;
        this.sender = crowd.sender(arena);
        this.received =
                new ReceiveBatch(
                        arena,
                        BatchSize.PACKETS,
                        BatchSize.DATAGRAM_BYTES + BatchSize.TAIL_ROOM,
                        BatchSize.HEAD_ROOM);
        this.batch = new PacketBatch(received.memory(), BatchSize.RECEIVE_PACKETS);
        this.writer = new TunWriter(arena, crowd.tun(), batch, crowd.offloads());
        this.poll = new Poll(arena, 1);
        var _ = crowd.underlay().addTo(poll, true);
    }

    void run() throws ErrnoException {
        while (true) {
            int count = crowd.underlay().receive(received, true);
            if (count == 0) {
                poll.await(-1);
                continue;
            }
            long now = System.nanoTime();
            for (int slot = 0; slot < count; slot++) {
                takeMessage(slot, now);
            }
            deliver(now);
            sender.drain(outbox, TunnelOptions.DEFAULT_MTU, now);
        }
    }

    private void takeMessage(int slot, long now) throws ErrnoException {
        Endpoint source = endpoints.of(received, slot);
        int length = received.truncated(slot) ? 0 : received.length(slot);
        int size = Math.max(1, received.segmentSize(slot));
        for (int done = 0; done < length; done += size) {
            if (batch.count == batch.capacity()) {
                deliver(now);
            }
            int i = batch.count++;
            batch.offset[i] = received.offset(slot) + done;
            batch.length[i] = Math.min(size, length - done);
            take(i, source, now);
        }
    }

    private void deliver(long now) throws ErrnoException {
        endRun(batch.count, now);
        writer.flush();
        batch.count = 0;
    }

    private void take(int i, Endpoint source, long now) throws ErrnoException {
        MessageKind kind = MessageKind.of(batch.memory, batch.offset[i], batch.length[i]);
        if (kind != MessageKind.TRANSPORT) {
            endRun(i, now);
            // Only the one whose key made its first MAC takes it up.
            for (Device device : crowd.devices()) {
                device.receiveHandshake(batch, i, source, now, false, outbox);
            }
            return;
        }
        int number = crowd.identity(indexAt(i, RECEIVER));
        Keypair keypair = number < 0 ? null : crowd.devices().get(number).keypair(batch, i);
        if (keypair != runKeypair || !source.equals(runSource)) {
            endRun(i, now);
            runStart = i;
            runKeypair = keypair;
            runSource = source;
        }
    }

    private int indexAt(int i, int field) {
        return batch.memory.get(LE32, batch.offset[i] + (long) field);
    }

    private void endRun(int to, long now) throws ErrnoException {
        Keypair keypair = runKeypair;
        Endpoint source = runSource;
        runKeypair = null;
        runSource = null;
        if (keypair == null || source == null) {
            return;
        }
        int deliverable = keypair.open(batch, runStart, to, source, now, outbox);
        for (int i = runStart; i < to && deliverable > 0; i++) {
            if (batch.length[i] > 0) {
                deliverable--;
                writer.add(i);
            }
        }
    }
}
