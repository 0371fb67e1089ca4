// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import warren.linux.Poll;
import warren.linux.errno.ErrnoException;
import warren.linux.tun.Tun;
import warren.linux.tun.VnetHeader;
import warren.wireguard.Outbox;
import warren.wireguard.PacketBatch;
import warren.wireguard.Peer;
import warren.wireguard.SealOutcome;

/// The way out of a [Crowd], as [TransmitLoop] is a device's. Confined to its thread.
final class CrowdTransmit {
    private final Crowd crowd;
    private final Tun tun;
    private final Sender sender;
    private final PacketRoom room;
    private final Segmenter segmenter = new Segmenter();
    private final MemorySegment incoming;
    private final Outbox outbox = new Outbox();
    private final Poll poll;

    CrowdTransmit(Arena arena, Crowd crowd) {
        this.crowd = crowd;
        this.tun = crowd.tun();
        this.sender = crowd.sender(arena);
        this.room = new PacketRoom(arena);
        room.clear(TunnelOptions.DEFAULT_MTU);
        this.incoming =
                arena.allocate(VnetHeader.LENGTH + BatchSize.PACKET_BYTES, BatchSize.ALIGNMENT);
        this.poll = new Poll(arena, 1);
        poll.add(tun.fd(), Poll.READ);
    }

    void run() throws ErrnoException {
        while (true) {
            int got = tun.read(incoming, 0, (int) incoming.byteSize());
            if (got == 0) {
                send();
                poll.await(-1);
                continue;
            }
            boolean sound = segmenter.begin(incoming, 0, got - VnetHeader.LENGTH);
            while (sound && !segmenter.fill(room)) {
                send();
            }
            if (room.isWorthSending()) {
                send();
            }
        }
    }

    private void send() {
        PacketBatch batch = room.batch;
        long now = System.nanoTime();
        for (int from = 0; from < batch.count; ) {
            Peer peer = leaving(batch, from);
            int to = from + 1;
            while (to < batch.count && leaving(batch, to) == peer) {
                to++;
            }
            if (peer.seal(batch, from, to, room.mtu(), now, outbox) == SealOutcome.SEALED) {
                sender.add(batch, from, to, peer, now);
            }
            from = to;
        }
        sender.flush(now);
        sender.drain(outbox, room.mtu(), now);
        room.keep(batch.count);
    }

    private Peer leaving(PacketBatch batch, int index) {
        long at = batch.offset[index];
        boolean v4 = InnerHeader.version(batch.memory, at) == 4;
        return crowd.leaving(
                v4 ? InnerHeader.intAt(batch.memory, at + InnerHeader.V4_ADDRESSES) : 0);
    }
}
