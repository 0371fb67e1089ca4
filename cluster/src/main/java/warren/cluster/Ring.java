// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Whom a node probes and gossips with: a few neighbours at growing distances on the circle of
/// all ids. Mutual where two nodes agree who is there; the same from minute to minute, so that
/// the WireGuard sessions behind it stay warm; and the distances grow geometrically, so that a
/// rumour crosses the circle in few steps.
final class Ring {
    private Ring() {}

    /// How far away the peers of each node are, of `n` nodes in the order of their ids: forwards
    /// and backwards, all different, none 0.
    static List<Integer> offsets(int n) {
        List<Integer> offsets = new ArrayList<>();
        if (n - 1 <= GossipLayout.RING_PEERS) {
            for (int i = 1; i < n; i++) {
                offsets.add(i);
            }
            return offsets;
        }
        Set<Integer> places = new LinkedHashSet<>();
        for (int distance : distances(n)) {
            places.add(distance);
            places.add(n - distance);
        }
        offsets.addAll(places);
        return offsets;
    }

    /// Half as many distances as peers, from 1 towards half the circle.
    private static int[] distances(int n) {
        int[] distances = new int[GossipLayout.RING_PEERS / 2];
        int last = 0;
        for (int i = 0; i < distances.length; i++) {
            double grown = Math.pow(n / 2.0, (double) i / distances.length);
            last = Math.max(last + 1, (int) Math.round(grown));
            distances[i] = last;
        }
        return distances;
    }
}
