// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.foreign.Arena;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import warren.linux.EventFd;
import warren.linux.Poll;
import warren.linux.errno.ErrnoException;
import warren.linux.udp.ReceiveBatch;
import warren.wireguard.Device;
import warren.wireguard.Endpoint;
import warren.wireguard.Keypair;
import warren.wireguard.LoadEstimator;
import warren.wireguard.MessageKind;
import warren.wireguard.Outbox;
import warren.wireguard.PacketBatch;

/// The way in: receives datagrams, opens them and hands their packets to the TUN device, joined
/// where they can be; answers handshakes. Drains without blocking, then waits in `poll`. One
/// platform thread a lane; in the steady state nothing is allocated.
final class ReceiveLoop {
    /// Handshake messages a second beyond which senders must prove their address. One costs about
    /// half a millisecond of this thread, so strangers get at most a tenth of it; a thousand peers
    /// that all come back at once are served in seconds, cookies included.
    private static final int HANDSHAKES_PER_SECOND = 200;

    private static final int HANDSHAKE_BURST = 100;

    /// A message up to this size is no bulk, after which the next would follow at once.
    private static final int LITTLE_BYTES = 2048;

    private final Device device;
    private final Underlay underlay;
    private final TunLink link;
    private final Ending ending;
    private final EventFd wake;
    private final LongSupplier nanoClock;

    // Owned by the loop.
    private final Sender sender;
    private final ReceiveBatch received;
    private final PacketBatch batch;
    private final TunWriter writer;
    private final EndpointCache endpoints = new EndpointCache();
    private final LoadEstimator load = new LoadEstimator(HANDSHAKES_PER_SECOND, HANDSHAKE_BURST);
    private final Outbox outbox;

    // The run of datagrams of one session and sender that is being gathered.
    private int runStart;
    private @Nullable Keypair runKeypair;
    private @Nullable Endpoint runSource;

    /// @param arena of the loop's life
    /// @param lane the loop's own
    ReceiveLoop(Arena arena, TunnelParts parts, Lane lane) {
        this.device = parts.device();
        this.underlay = lane.underlay();
        this.link = parts.link();
        this.ending = parts.ending();
        this.nanoClock = parts.nanoClock();
        this.wake = lane.wakeReceive();
        Offloads offloads = parts.offloads();
        this.sender = new Sender(arena, underlay, parts.sendErrors(), offloads.gso());
        this.received =
                new ReceiveBatch(
                        arena,
                        offloads.gro() ? BatchSize.JOINED_MESSAGES : BatchSize.PACKETS,
                        BatchSize.DATAGRAM_BYTES + BatchSize.TAIL_ROOM,
                        BatchSize.HEAD_ROOM);
        this.batch = new PacketBatch(received.memory(), BatchSize.RECEIVE_PACKETS);
        this.writer = new TunWriter(arena, lane.queue(), batch, offloads);
        this.outbox = new Outbox(lane.number());
    }

    void run() throws ErrnoException {
        while (!ending.isDue()) {
            try (Arena arena = Arena.ofConfined()) {
                serve(arena);
            }
        }
    }

    /// Serves the sockets that are open now, until they change.
    private void serve(Arena arena) throws ErrnoException {
        wake.clear();
        Poll poll = new Poll(arena, 3);
        int changed = poll.add(wake.fd(), Poll.READ);
        int v4 = underlay.addTo(poll, true);
        int v6 = underlay.addTo(poll, false);
        while (!ending.isDue()) {
            poll.await(-1);
            if (poll.readable(changed)) {
                return;
            }
            boolean more4 = v4 >= 0 && poll.readable(v4);
            boolean more6 = v6 >= 0 && poll.readable(v6);
            while ((more4 || more6) && !ending.isDue()) {
                more4 = more4 && receive(true);
                more6 = more6 && receive(false);
            }
        }
    }

    /// @return whether more may wait; after little, asking `poll` costs no more than trying
    boolean receive(boolean ipv4) throws ErrnoException {
        int count = underlay.receive(received, ipv4);
        if (count == 0) {
            return false;
        }
        boolean little = count == 1 && received.length(0) < LITTLE_BYTES;
        long now = nanoClock.getAsLong();
        takeAll(count, now);
        sender.drain(outbox, link.mtu(), now);
        return !little;
    }

    private void takeAll(int count, long nowNanos) throws ErrnoException {
        batch.count = 0;
        for (int slot = 0; slot < count; slot++) {
            if (received.sourcePort(slot) != 0) { // else it cannot be answered, so it is nobody's
                takeMessage(slot, nowNanos);
            }
        }
        deliver(nowNanos);
    }

    /// Takes the datagrams of one message.
    private void takeMessage(int slot, long nowNanos) throws ErrnoException {
        Endpoint source = endpoints.of(received, slot);
        int length = received.truncated(slot) ? 0 : received.length(slot);
        int size = Math.max(1, received.segmentSize(slot));
        int done = 0;
        do {
            if (batch.count == batch.capacity()) {
                deliver(nowNanos);
            }
            int i = batch.count++;
            batch.offset[i] = received.offset(slot) + done;
            batch.length[i] = Math.min(size, length - done);
            take(i, source, nowNanos);
            done += size;
        } while (done < length);
    }

    private void deliver(long nowNanos) throws ErrnoException {
        endRun(batch.count, nowNanos);
        writer.flush();
        batch.count = 0;
    }

    private void take(int i, Endpoint source, long nowNanos) throws ErrnoException {
        MessageKind kind = MessageKind.of(batch.memory, batch.offset[i], batch.length[i]);
        if (kind == MessageKind.TRANSPORT) {
            Keypair keypair = device.keypair(batch, i);
            if (keypair != runKeypair || !source.equals(runSource)) {
                endRun(i, nowNanos);
                runStart = i;
                runKeypair = keypair;
                runSource = source;
            }
            return;
        }
        endRun(i, nowNanos);
        boolean handshake = kind == MessageKind.INITIATION || kind == MessageKind.RESPONSE;
        boolean underLoad = handshake ? load.onHandshake(nowNanos) : load.underLoad(nowNanos);
        device.receiveHandshake(batch, i, source, nowNanos, underLoad, outbox);
    }

    /// Opens the run that ends before datagram `to`; its packets await delivery.
    private void endRun(int to, long nowNanos) throws ErrnoException {
        Keypair keypair = runKeypair;
        Endpoint source = runSource;
        runKeypair = null;
        runSource = null;
        if (keypair == null || source == null) {
            return;
        }
        int deliverable = keypair.open(batch, runStart, to, source, nowNanos, outbox);
        for (int i = runStart; i < to && deliverable > 0; i++) {
            if (batch.length[i] > 0) {
                deliverable--;
                writer.add(i);
            }
        }
    }
}
