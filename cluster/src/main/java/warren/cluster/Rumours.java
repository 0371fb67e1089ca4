// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// News on their way: the newest of each node and kind, each sent a limited number of times, the
/// least sent first. Rides on every datagram that has room. Bounded by the number of nodes.
/// Confined to the gossip loop.
final class Rumours {
    private record Key(NodeId about, int kind) {}

    private static final class Rumour {
        private final byte[] update;
        private final long number;
        private int sent;

        Rumour(byte[] update, long number) {
            this.update = update;
            this.number = number;
        }
    }

    private final Map<Key, Rumour> rumours = new HashMap<>();
    private long heard;

    /// @param update a whole update, as [GossipUpdate] encodes it
    void spread(NodeId about, int kind, byte[] update) {
        rumours.put(new Key(about, kind), new Rumour(update, heard++));
    }

    void drop(NodeId about) {
        rumours.remove(new Key(about, GossipLayout.UPDATE_STATE));
        rumours.remove(new Key(about, GossipLayout.UPDATE_NODE));
    }

    boolean isEmpty() {
        return rumours.isEmpty();
    }

    /// Updates that together fit into `room`, counted as sent once more.
    ///
    /// @param nodes how many nodes the cluster has: rumours are repeated with its logarithm
    List<byte[]> take(int room, int nodes) {
        if (rumours.isEmpty()) {
            return List.of();
        }
        int limit = GossipLayout.RETRANSMIT * (int) Math.ceil(Math.log10(nodes + 1.0));
        List<Map.Entry<Key, Rumour>> order = new ArrayList<>(rumours.entrySet());
        order.sort(
                (a, b) -> {
                    int bySent = Integer.compare(a.getValue().sent, b.getValue().sent);
                    return bySent != 0
                            ? bySent
                            : Long.compare(b.getValue().number, a.getValue().number);
                });
        List<byte[]> taken = new ArrayList<>();
        int left = room;
        for (Map.Entry<Key, Rumour> entry : order) {
            Rumour rumour = entry.getValue();
            if (rumour.update.length <= left) {
                left -= rumour.update.length;
                taken.add(rumour.update);
                rumour.sent++;
                if (rumour.sent >= limit) {
                    rumours.remove(entry.getKey());
                }
            }
        }
        return taken;
    }
}
