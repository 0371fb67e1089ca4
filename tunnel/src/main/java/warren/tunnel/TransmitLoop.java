// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.foreign.Arena;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import warren.linux.EventFd;
import warren.linux.Poll;
import warren.linux.errno.ErrnoException;
import warren.linux.tun.Tun;
import warren.wireguard.Device;
import warren.wireguard.Outbox;
import warren.wireguard.PacketBatch;
import warren.wireguard.Peer;
import warren.wireguard.SealOutcome;

/// The way out: reads IP packets from the TUN device, seals them for their peers and sends them.
/// Drains without blocking, then waits in `poll`. One platform thread; in the steady state nothing
/// is allocated.
final class TransmitLoop {
    private final Tun tun;
    private final Device device;
    private final DeviceControl control;
    private final TunLink link;
    private final Ending ending;
    private final LongSupplier nanoClock;

    // Owned by the loop.
    private final Sender sender;
    private final PacketBatch batch;
    private final Outbox outbox = new Outbox();
    private final Poll poll;

    /// @param arena of the loop's life
    /// @param wake signalled to end the loop once the ending is due
    TransmitLoop(Arena arena, TunnelParts parts, EventFd wake) {
        this.tun = parts.tun();
        this.device = parts.device();
        this.control = parts.control();
        this.link = parts.link();
        this.ending = parts.ending();
        this.nanoClock = parts.nanoClock();
        this.sender = new Sender(arena, parts.underlay(), parts.sendErrors());
        this.batch =
                new PacketBatch(
                        arena.allocate(
                                (long) BatchSize.PACKETS * BatchSize.STRIDE, BatchSize.ALIGNMENT),
                        BatchSize.PACKETS);
        this.poll = new Poll(arena, 2);
        poll.add(tun.fd(), Poll.READ);
        poll.add(wake.fd(), Poll.READ);
    }

    void run() throws ErrnoException {
        while (!ending.isDue()) {
            if (read() == 0) {
                poll.await(-1);
                continue;
            }
            long now = nanoClock.getAsLong();
            seal(now);
            sender.drain(outbox, link.mtu(), now);
        }
    }

    /// Fills the batch with what waits.
    private int read() throws ErrnoException {
        int count = 0;
        while (count < BatchSize.PACKETS) {
            int offset = count * BatchSize.STRIDE + BatchSize.HEAD_ROOM;
            int length = tun.read(batch.memory, offset, BatchSize.PACKET_BYTES);
            if (length == 0) {
                break;
            }
            batch.offset[count] = offset;
            batch.length[count] = length;
            count++;
        }
        batch.count = count;
        return count;
    }

    /// Seals and sends runs of packets to the same peer.
    private void seal(long nowNanos) {
        int from = 0;
        Peer peer = device.route(batch, 0);
        for (int i = 1; i <= batch.count; i++) {
            Peer next = i == batch.count ? null : device.route(batch, i);
            if (i == batch.count || next != peer) {
                seal(peer, from, i, nowNanos);
                from = i;
                peer = next;
            }
        }
    }

    private void seal(@Nullable Peer peer, int from, int to, long nowNanos) {
        if (peer == null) {
            return;
        }
        SealOutcome outcome = peer.seal(batch, from, to, link.mtu(), nowNanos, outbox);
        if (outcome == SealOutcome.DOWN) {
            // A packet proves that the interface is up: the news of it has not come in yet, or has
            // this moment.
            control.followInterface();
            outcome = peer.seal(batch, from, to, link.mtu(), nowNanos, outbox);
        }
        switch (outcome) {
            case SEALED -> sender.send(batch, from, to, peer, nowNanos);
            case STAGED, NO_ENDPOINT, DOWN -> {} // kept or counted by the core
        }
    }
}
