// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// All other nodes, and the ring drawn through those present. Confined to the gossip loop.
final class Roster {
    private final NodeId self;
    private final TreeMap<NodeId, MemberEntry> entries = new TreeMap<>();
    private @Nullable List<MemberEntry> ring;

    /// As [#present()] counts; -1 where it has to be counted again.
    private int present = -1;

    Roster(NodeId self) {
        this.self = self;
    }

    @Nullable MemberEntry get(NodeId id) {
        return entries.get(id);
    }

    void add(MemberEntry entry) {
        entries.put(entry.id, entry);
        presenceChanged();
    }

    void remove(NodeId id) {
        entries.remove(id);
        presenceChanged();
    }

    /// Somebody came or went: the ring is drawn anew when it is next needed.
    void presenceChanged() {
        ring = null;
        present = -1;
    }

    Collection<MemberEntry> all() {
        return entries.values();
    }

    /// Nodes that may be alive, this one included.
    int present() {
        if (present < 0) {
            present = 1 + count(MemberState.ALIVE) + count(MemberState.SUSPECT);
        }
        return present;
    }

    int count(MemberState state) {
        int count = 0;
        for (MemberEntry entry : entries.values()) {
            if (entry.state == state) {
                count++;
            }
        }
        return count;
    }

    List<MemberEntry> ring() {
        List<MemberEntry> drawn = ring;
        if (drawn == null) {
            TreeMap<NodeId, MemberEntry> present = new TreeMap<>(entries);
            present.values().removeIf(entry -> !entry.isPresent());
            List<NodeId> ids = new ArrayList<>(present.keySet());
            int at = -(Collections.binarySearch(ids, self) + 1);
            ids.add(at, self);
            drawn = new ArrayList<>();
            for (NodeId id : Ring.peers(self, ids)) {
                MemberEntry entry = present.get(id);
                if (entry != null) {
                    drawn.add(entry);
                }
            }
            ring = drawn;
        }
        return drawn;
    }

    /// Up to `count` different ones of `from`, all as likely, without `not`.
    static List<MemberEntry> some(
            int count,
            Collection<MemberEntry> from,
            @Nullable MemberEntry not,
            RandomGenerator random) {
        List<MemberEntry> left = new ArrayList<>(from);
        left.remove(not);
        List<MemberEntry> chosen = new ArrayList<>();
        while (chosen.size() < count && !left.isEmpty()) {
            int at = random.nextInt(left.size());
            chosen.add(left.get(at));
            left.set(at, left.getLast());
            left.removeLast();
        }
        return chosen;
    }

    /// One of those in `state`; null where there is none.
    @Nullable MemberEntry any(MemberState state, RandomGenerator random) {
        List<MemberEntry> those = new ArrayList<>();
        for (MemberEntry entry : entries.values()) {
            if (entry.state == state) {
                those.add(entry);
            }
        }
        return those.isEmpty() ? null : those.get(random.nextInt(those.size()));
    }
}
