// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import warren.linux.Poll;
import warren.linux.errno.ErrnoException;
import warren.linux.tun.TunQueue;
import warren.linux.tun.VnetHeader;
import warren.wireguard.Device;
import warren.wireguard.Outbox;
import warren.wireguard.PacketBatch;
import warren.wireguard.Peer;
import warren.wireguard.SealOutcome;

/// The way out: reads IP packets from the TUN device, splits what comes joined, seals the packets
/// for their peers and sends them. Drains without blocking, then waits in `poll`. One platform
/// thread a lane; in the steady state nothing is allocated.
final class TransmitLoop {
    private final TunQueue queue;
    private final Device device;
    private final DeviceControl control;
    private final TunLink link;
    private final Ending ending;
    private final LongSupplier nanoClock;

    // Owned by the loop.
    private final Sender sender;
    private final PacketRoom room;
    private final Segmenter segmenter = new Segmenter();
    private final PeerRuns runs = new PeerRuns(BatchSize.SEND_PACKETS);
    private final MemorySegment incoming;

    /// Where to read to: in front of the packet's header, or behind an empty one where the device
    /// gives none.
    private final int readAt;

    private final Outbox outbox;
    private final Poll poll;

    /// @param arena of the loop's life
    /// @param lane the loop's own
    TransmitLoop(Arena arena, TunnelParts parts, Lane lane) {
        this.queue = lane.queue();
        this.device = parts.device();
        this.control = parts.control();
        this.link = parts.link();
        this.ending = parts.ending();
        this.nanoClock = parts.nanoClock();
        this.sender =
                new Sender(arena, lane.underlay(), parts.sendErrors(), parts.offloads().gso());
        this.room = new PacketRoom(arena);
        this.incoming =
                arena.allocate(VnetHeader.LENGTH + BatchSize.PACKET_BYTES, BatchSize.ALIGNMENT);
        this.readAt = queue.hasHeader() ? 0 : VnetHeader.LENGTH;
        this.outbox = new Outbox(lane.number());
        this.poll = new Poll(arena, 2);
        poll.add(queue.fd(), Poll.READ);
        poll.add(lane.wakeTransmit().fd(), Poll.READ);
    }

    void run() throws ErrnoException {
        while (!ending.isDue()) {
            if (!forward()) {
                poll.await(-1);
            }
        }
    }

    /// Reads what waits, up to a good load, and sends it. While more waits, packets that do not
    /// fill a message stay for the next load.
    ///
    /// @return whether more may wait
    boolean forward() throws ErrnoException {
        int mtu = link.mtu();
        if (mtu != room.mtu()) {
            send(false);
            room.clear(mtu);
        }
        while (!room.isWorthSending()) {
            int got = queue.read(incoming, readAt, (int) incoming.byteSize() - readAt);
            if (got == 0) {
                send(false);
                return false;
            }
            boolean sound = segmenter.begin(incoming, 0, readAt + got - VnetHeader.LENGTH);
            while (sound && !segmenter.fill(room)) {
                send(true);
            }
        }
        send(true);
        return true;
    }

    /// @param more whether to wait with what does not fill a message
    private void send(boolean more) {
        int count = room.batch.count;
        if (count > 0) {
            long now = nanoClock.getAsLong();
            int sent = seal(more && sender.isSegmenting(), now);
            sender.flush(now);
            sender.drain(outbox, room.mtu(), now);
            room.keep(sent);
        }
    }

    /// Seals each peer's packets and has them sent.
    ///
    /// @param more whether to leave the packets that do not fill the last message
    /// @return where those begin
    private int seal(boolean more, long nowNanos) {
        PacketBatch batch = room.batch;
        runs.gather(device, batch);
        int from = 0;
        int end = 0;
        while (end < batch.count) {
            Peer peer = runs.peer(from);
            end = runs.end(batch, from);
            boolean leaving = more && end == batch.count && peer != null && runs.areInOrder();
            int to = leaving ? room.unfilled(from) : end;
            seal(peer, from, to, nowNanos);
            from = to;
        }
        return from;
    }

    private void seal(@Nullable Peer peer, int from, int to, long nowNanos) {
        if (peer == null || from == to) {
            return;
        }
        PacketBatch batch = room.batch;
        SealOutcome outcome = peer.seal(batch, from, to, room.mtu(), nowNanos, outbox);
        if (outcome == SealOutcome.DOWN) {
            // A packet proves that the interface is up: the news of it has not come in yet, or has
            // this moment.
            control.followInterface();
            outcome = peer.seal(batch, from, to, room.mtu(), nowNanos, outbox);
        }
        switch (outcome) {
            case SEALED -> sender.add(batch, from, to, peer, nowNanos);
            case STAGED, NO_ENDPOINT, DOWN -> {} // kept or counted by the core
        }
    }
}
