// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.foreign.Arena;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import warren.linux.EventFd;
import warren.linux.Poll;
import warren.linux.errno.ErrnoException;
import warren.linux.tun.Tun;
import warren.linux.udp.ReceiveBatch;
import warren.wireguard.Device;
import warren.wireguard.Endpoint;
import warren.wireguard.Keypair;
import warren.wireguard.LoadEstimator;
import warren.wireguard.MessageKind;
import warren.wireguard.Outbox;
import warren.wireguard.PacketBatch;

/// The way in: receives datagrams, opens them and writes their packets to the TUN device; answers
/// handshakes. Drains without blocking, then waits in `poll`. One platform thread; in the steady
/// state nothing is allocated.
final class ReceiveLoop {
    /// Handshake messages a second beyond which senders must prove their address. One costs about
    /// half a millisecond of this thread, so strangers get at most a tenth of it; a thousand peers
    /// that all come back at once are served in seconds, cookies included.
    private static final int HANDSHAKES_PER_SECOND = 200;

    private static final int HANDSHAKE_BURST = 100;

    private final Tun tun;
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
    private final EndpointCache endpoints = new EndpointCache();
    private final LoadEstimator load = new LoadEstimator(HANDSHAKES_PER_SECOND, HANDSHAKE_BURST);
    private final Outbox outbox = new Outbox();

    // The run of datagrams of one session and sender that is being gathered.
    private int runStart;
    private @Nullable Keypair runKeypair;
    private @Nullable Endpoint runSource;

    /// @param arena of the loop's life
    /// @param wake signalled when the sockets changed and when the ending is due
    ReceiveLoop(Arena arena, TunnelParts parts, EventFd wake) {
        this.tun = parts.tun();
        this.device = parts.device();
        this.underlay = parts.underlay();
        this.link = parts.link();
        this.ending = parts.ending();
        this.nanoClock = parts.nanoClock();
        this.wake = wake;
        this.sender = new Sender(arena, underlay, parts.sendErrors());
        this.received =
                new ReceiveBatch(
                        arena,
                        BatchSize.PACKETS,
                        BatchSize.DATAGRAM_BYTES + BatchSize.TAIL_ROOM,
                        BatchSize.HEAD_ROOM);
        this.batch = new PacketBatch(received.memory(), BatchSize.PACKETS);
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
        underlay.addTo(poll);
        while (!ending.isDue()) {
            if (receive(true) + receive(false) > 0) {
                continue;
            }
            poll.await(-1);
            if (poll.readable(changed)) {
                return;
            }
        }
    }

    private int receive(boolean ipv4) throws ErrnoException {
        int count = underlay.receive(received, ipv4);
        if (count > 0) {
            long now = nanoClock.getAsLong();
            takeAll(count, now);
            sender.drain(outbox, link.mtu(), now);
        }
        return count;
    }

    private void takeAll(int count, long nowNanos) throws ErrnoException {
        batch.count = count;
        for (int i = 0; i < count; i++) {
            batch.offset[i] = received.offset(i);
            batch.length[i] = received.truncated(i) ? 0 : received.length(i);
        }
        runStart = 0;
        runKeypair = null;
        runSource = null;
        for (int i = 0; i < count; i++) {
            take(i, nowNanos);
        }
        endRun(count, nowNanos);
    }

    private void take(int i, long nowNanos) throws ErrnoException {
        if (received.sourcePort(i) == 0) { // cannot be answered, so it is nobody's
            endRun(i, nowNanos);
            return;
        }
        MessageKind kind = MessageKind.of(batch.memory, batch.offset[i], batch.length[i]);
        Endpoint source = endpoints.of(received, i);
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

    /// Opens the run that ends before datagram `to`, and delivers its packets.
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
                // A packet that the host does not take is lost, as on any network.
                var _ = tun.write(batch.memory, batch.offset[i], batch.length[i]);
            }
        }
    }
}
