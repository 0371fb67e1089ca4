// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// All other nodes, and the ring drawn through those present. Sorted by id, and found by id
/// through a hash table of four bytes a slot: thousands of rosters fit one simulation. Confined
/// to the gossip loop.
final class Roster {
    private static final int TRIES = 16;

    private final NodeId self;

    /// In the order of ids.
    private final List<MemberEntry> entries = new ArrayList<>();

    /// Those that may be alive, in the order of ids: the circle of the ring.
    private final List<MemberEntry> present = new ArrayList<>();

    /// Open addressing, linear; its length is a power of two and never more than two thirds are
    /// in use.
    private @Nullable MemberEntry[] table = new @Nullable MemberEntry[16];

    /// By code of the state.
    private final int[] counts = new int[MemberState.LEFT.code() + 1];

    private @Nullable List<MemberEntry> ring;

    Roster(NodeId self) {
        this.self = self;
    }

    @Nullable MemberEntry get(NodeId id) {
        return table[slot(id)];
    }

    void add(MemberEntry entry) {
        if (3 * (entries.size() + 1) > 2 * table.length) {
            grow();
        }
        table[slot(entry.id)] = entry;
        insert(entries, entry);
        if (entry.isPresent()) {
            insert(present, entry);
        }
        counts[entry.state.code()]++;
        ring = null;
    }

    void remove(MemberEntry entry) {
        entries.remove(firstFrom(entries, entry.id));
        if (entry.isPresent()) {
            present.remove(firstFrom(present, entry.id));
        }
        counts[entry.state.code()]--;
        Arrays.fill(table, null);
        for (MemberEntry left : entries) { // rare: three days after a node has left
            table[slot(left.id)] = left;
        }
        ring = null;
    }

    /// The one place where the state of an entry is set.
    void setState(MemberEntry entry, MemberState next) {
        boolean wasPresent = entry.isPresent();
        counts[entry.state.code()]--;
        entry.state = next;
        counts[next.code()]++;
        if (entry.isPresent() != wasPresent) {
            ring = null;
            if (wasPresent) {
                present.remove(firstFrom(present, entry.id));
            } else {
                insert(present, entry);
            }
        }
    }

    /// By id.
    List<MemberEntry> all() {
        return entries;
    }

    int size() {
        return entries.size();
    }

    /// Those whose id starts with this byte.
    List<MemberEntry> bucket(int first) {
        int from = firstFrom(entries, new NodeId(first << 8, 0));
        int to =
                first == 0xff
                        ? entries.size()
                        : firstFrom(entries, new NodeId((first + 1) << 8, 0));
        return entries.subList(from, to);
    }

    /// Nodes that may be alive, this one included.
    int present() {
        return 1 + present.size();
    }

    int count(MemberState state) {
        return counts[state.code()];
    }

    List<MemberEntry> ring() {
        List<MemberEntry> drawn = ring;
        if (drawn == null) {
            drawn = draw();
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
        List<MemberEntry> chosen = new ArrayList<>(count);
        while (chosen.size() < count && !left.isEmpty()) {
            int at = random.nextInt(left.size());
            chosen.add(left.get(at));
            left.set(at, left.getLast());
            left.removeLast();
        }
        return chosen;
    }

    /// One of those in `state`; null where there is none. All as likely where they are many.
    @Nullable MemberEntry any(MemberState state, RandomGenerator random) {
        if (count(state) == 0) {
            return null;
        }
        for (int i = 0; i < TRIES; i++) {
            MemberEntry entry = entries.get(random.nextInt(entries.size()));
            if (entry.state == state) {
                return entry;
            }
        }
        List<MemberEntry> those = new ArrayList<>();
        for (MemberEntry entry : entries) {
            if (entry.state == state) {
                those.add(entry);
            }
        }
        return those.get(random.nextInt(those.size()));
    }

    private List<MemberEntry> draw() {
        int at = firstFrom(present, self);
        List<MemberEntry> drawn = new ArrayList<>();
        for (int offset : Ring.offsets(present.size() + 1)) {
            // Behind this node's own place the others have moved up by one.
            int place = Math.floorMod(at + offset, present.size() + 1);
            drawn.add(present.get(place < at ? place : place - 1));
        }
        return Collections.unmodifiableList(drawn);
    }

    private static void insert(List<MemberEntry> into, MemberEntry entry) {
        boolean last = into.isEmpty() || into.getLast().id.compareTo(entry.id) < 0;
        into.add(last ? into.size() : firstFrom(into, entry.id), entry);
    }

    /// The place of the first that is not before `id`.
    private static int firstFrom(List<MemberEntry> sorted, NodeId id) {
        int low = 0;
        int high = sorted.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted.get(middle).id.compareTo(id) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// Where `id` is, or would go.
    private int slot(NodeId id) {
        int mask = table.length - 1;
        int at = (int) (id.low() ^ (id.low() >>> 32)) & mask;
        for (MemberEntry entry = table[at]; entry != null; entry = table[at]) {
            if (entry.id.equals(id)) {
                return at;
            }
            at = (at + 1) & mask;
        }
        return at;
    }

    private void grow() {
        @Nullable MemberEntry[] old = table;
        table = new @Nullable MemberEntry[2 * old.length];
        for (MemberEntry entry : old) {
            if (entry != null) {
                table[slot(entry.id)] = entry;
            }
        }
    }
}
