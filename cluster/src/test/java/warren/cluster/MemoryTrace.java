// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What happened last in a simulation: events in words, and the last datagrams of each node in
/// eight bytes each.
final class MemoryTrace {
    private static final int NOTES = 200;
    private static final int MESSAGES = 32;
    private static final String[] TYPES = {
        "?",
        "PING",
        "ACK",
        "PING_REQUEST",
        "GOSSIP",
        "SYNC_ROOT",
        "SYNC_BUCKETS",
        "SYNC_ENTRIES",
        "SYNC_WANT"
    };

    private record Note(long atNanos, String what) {}

    /// What one node has sent: milliseconds, receiver and type, packed.
    private static final class Ring {
        private final long[] messages = new long[MESSAGES];
        private int count;
    }

    private final Deque<Note> notes = new ArrayDeque<>();
    private final Map<MemoryNode, Ring> rings = new HashMap<>();

    void note(long atNanos, String what) {
        notes.add(new Note(atNanos, what));
        if (notes.size() > NOTES) {
            notes.remove();
        }
    }

    void sent(long atNanos, MemoryNode from, MemoryNode to, int type) {
        Ring ring = rings.computeIfAbsent(from, _ -> new Ring());
        long packed = ((atNanos / 1_000_000) << 24) | ((long) to.index() << 4) | (type & 15);
        ring.messages[ring.count++ % MESSAGES] = packed;
    }

    String text(List<MemoryNode> concerned) {
        List<Note> all = new ArrayList<>(notes);
        for (MemoryNode node : concerned) {
            Ring ring = rings.get(node);
            for (int i = 0; ring != null && i < Math.min(ring.count, MESSAGES); i++) {
                long message = ring.messages[i];
                int type = (int) (message & 15);
                String what = type < TYPES.length ? TYPES[type] : TYPES[0];
                all.add(
                        new Note(
                                (message >>> 24) * 1_000_000,
                                node + " -> n" + ((message >>> 4) & 0xfffff) + " " + what));
            }
        }
        all.sort((a, b) -> Long.compare(a.atNanos, b.atNanos));
        StringBuilder text = new StringBuilder();
        for (Note note : all) {
            text.append(note.atNanos / 1_000_000).append(" ms ").append(note.what).append('\n');
        }
        return text.toString();
    }
}
