// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Finds the handshake or session that a receiver index of ours names. Indices are random 32-bit
/// numbers (whitepaper section 5.4.2), so that they tell an observer nothing.
///
/// An index's low bits are its slot, and a new index is drawn until its slot is free: a lookup is
/// one array read, without lock, probing or allocation. The table stays at most a quarter full, so
/// a draw fails at most one time in four; doubling it never makes two entries collide that did not
/// before, since they already differed in fewer bits. Reads are lock-free; changes are guarded by
/// `this`, the innermost lock.
final class IndexTable {
    private static final int INITIAL_SLOTS = 64;

    private final RandomSource random;
    private final byte[] draw = new byte[4];
    private int used;
    private volatile AtomicReferenceArray<@Nullable Entry> slots =
            new AtomicReferenceArray<>(INITIAL_SLOTS);

    IndexTable(RandomSource random) {
        this.random = random;
    }

    /// What an index stands for: a handshake of `peer`, and later the session that came of it.
    final class Entry {
        final int index;
        final Peer peer;
        volatile @Nullable Keypair keypair;

        private Entry(int index, Peer peer) {
            this.index = index;
            this.peer = peer;
        }

        /// Frees the index. Idempotent.
        void release() {
            IndexTable.this.release(this);
        }
    }

    @Nullable Entry find(int index) {
        AtomicReferenceArray<@Nullable Entry> table = slots;
        Entry entry = table.get(index & (table.length() - 1));
        return entry != null && entry.index == index ? entry : null;
    }

    synchronized Entry allocate(Peer peer) {
        if (4 * (used + 1) > slots.length()) {
            grow();
        }
        AtomicReferenceArray<@Nullable Entry> table = slots;
        while (true) {
            random.fill(draw);
            int index = MessageWriter.readInt(draw, 0);
            int slot = index & (table.length() - 1);
            if (table.get(slot) == null) {
                Entry entry = new Entry(index, peer);
                table.set(slot, entry);
                used++;
                return entry;
            }
        }
    }

    private synchronized void release(Entry entry) {
        AtomicReferenceArray<@Nullable Entry> table = slots;
        int slot = entry.index & (table.length() - 1);
        if (table.get(slot) == entry) {
            table.set(slot, null);
            used--;
        }
    }

    synchronized int size() {
        return used;
    }

    private void grow() {
        AtomicReferenceArray<@Nullable Entry> before = slots;
        AtomicReferenceArray<@Nullable Entry> after =
                new AtomicReferenceArray<>(2 * before.length());
        for (int i = 0; i < before.length(); i++) {
            Entry entry = before.get(i);
            if (entry != null) {
                after.set(entry.index & (after.length() - 1), entry);
            }
        }
        slots = after;
    }
}
