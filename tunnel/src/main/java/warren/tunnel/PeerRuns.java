// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import org.jspecify.annotations.Nullable;
import warren.wireguard.Device;
import warren.wireguard.PacketBatch;
import warren.wireguard.Peer;

/// Which peer each packet of a batch goes to, and the batch in such an order that all packets of a
/// peer are one run: sealed in one call, and sent in as few messages as if there were no others.
/// The order of a peer's own packets stays. Confined to its loop.
final class PeerRuns {
    private final @Nullable Peer[] peers;
    private final @Nullable Peer[] sortedPeers;
    private final int[] offset;
    private final int[] length;
    private boolean inOrder;

    /// @param capacity of the batches
    PeerRuns(int capacity) {
        peers = new Peer[capacity];
        sortedPeers = new Peer[capacity];
        offset = new int[capacity];
        length = new int[capacity];
    }

    /// Routes the packets and brings together what goes to the same peer, changing the order of
    /// `offset` and `length` where need be. Packets for nobody may be dropped from the batch.
    void gather(Device device, PacketBatch batch) {
        int changes = 0;
        for (int i = 0; i < batch.count; i++) {
            peers[i] = device.route(batch, i);
            if (i > 0 && peers[i] != peers[i - 1]) {
                changes++;
            }
        }
        inOrder = changes < 2; // else a peer may come twice
        if (!inOrder) {
            sort(batch);
        }
    }

    /// Whether no packet has changed its place.
    boolean areInOrder() {
        return inOrder;
    }

    /// Whom the packet goes to; null for nobody.
    @Nullable Peer peer(int index) {
        return peers[index];
    }

    /// Where the run that holds packet `from` ends.
    int end(PacketBatch batch, int from) {
        int end = from + 1;
        while (end < batch.count && peers[end] == peers[from]) {
            end++;
        }
        return end;
    }

    /// Peers in the order of their first packets. Looks at the packets once for each peer: there
    /// are rarely many in a batch, and each costs more than that to seal for.
    private void sort(PacketBatch batch) {
        int placed = 0;
        for (int i = 0; i < batch.count; i++) {
            Peer peer = peers[i];
            for (int j = i; j < batch.count && peer != null; j++) {
                if (peers[j] == peer) {
                    peers[j] = null; // taken
                    sortedPeers[placed] = peer;
                    offset[placed] = batch.offset[j];
                    length[placed] = batch.length[j];
                    placed++;
                }
            }
        }
        System.arraycopy(sortedPeers, 0, peers, 0, placed);
        System.arraycopy(offset, 0, batch.offset, 0, placed);
        System.arraycopy(length, 0, batch.length, 0, placed);
        batch.count = placed;
    }
}
