// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.foreign.Arena;
import warren.linux.Pieces;
import warren.linux.errno.ErrnoException;
import warren.linux.tun.TunQueue;
import warren.wireguard.PacketBatch;

/// Hands opened packets to the host, joined where that is possible. Confined to its loop.
final class TunWriter {
    private final TunQueue queue;
    private final PacketBatch batch;
    private final Coalescer coalescer;
    private final Pieces pieces;

    /// @param arena of the loop's life
    /// @param batch whose packets will be written; each has free bytes for a header before it
    TunWriter(Arena arena, TunQueue queue, PacketBatch batch, Offloads offloads) {
        this.queue = queue;
        this.batch = batch;
        this.coalescer =
                new Coalescer(batch, offloads.coalesce(), offloads.coalesce() && offloads.uso());
        this.pieces = new Pieces(arena, BatchSize.JOINED_MAX + 1);
    }

    /// Takes packet `index`, which stays in place until [#flush].
    void add(int index) throws ErrnoException {
        if (queue.hasHeader()) {
            coalescer.add(index);
        } else {
            // A packet that the host does not take is lost, as on any network.
            var _ = queue.write(batch.memory, batch.offset[index], batch.length[index]);
        }
    }

    /// Writes all that was added.
    void flush() throws ErrnoException {
        for (int item = 0; item < coalescer.items(); item++) {
            coalescer.gather(item, pieces);
            var _ = queue.write(pieces);
        }
        coalescer.clear();
    }
}
