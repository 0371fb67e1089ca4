// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import warren.cluster.GossipDatagram.Bucket;
import warren.cluster.GossipDatagram.Entry;

/// Hashes over everything known, so that two nodes find what they do not agree on with few
/// bytes: a root over 256 buckets, and the entries of a bucket. Nodes that left are not part of
/// it: each forgets them in its own time. Suspicion is not either: it does not last. Confined to
/// the gossip loop; a bucket is hashed again only after one of its nodes has changed.
final class SyncTree {
    private static final int HASH_LENGTH = 8;

    /// What a bucket holds at least is one datagram with header, MAC and two bytes before
    /// entries.
    private static final int MOST_ENTRIES =
            (Gossip.MAX_DATAGRAM - GossipLayout.HEADER_LENGTH - GossipLayout.MAC_LENGTH - 2)
                    / GossipLayout.ENTRY_LENGTH;

    private final Roster roster;
    private final long[] hashes = new long[GossipLayout.BUCKETS];
    private final BitSet stale = new BitSet(GossipLayout.BUCKETS);
    private @Nullable NodeRecord own;
    private int ownIncarnation;

    SyncTree(Roster roster) {
        this.roster = roster;
        stale.set(0, GossipLayout.BUCKETS);
    }

    void own(NodeRecord record, int incarnation) {
        own = record;
        ownIncarnation = incarnation;
        changed(record.id());
    }

    void changed(NodeId id) {
        stale.set(bucketOf(id));
    }

    long root() {
        refresh();
        ByteBuffer all = ByteBuffer.allocate(GossipLayout.BUCKETS * HASH_LENGTH);
        all.asLongBuffer().put(hashes);
        return hash("warren sync root", all.array());
    }

    /// The first 32 bits of each bucket's hash.
    int[] buckets() {
        refresh();
        int[] shortened = new int[GossipLayout.BUCKETS];
        for (int i = 0; i < shortened.length; i++) {
            shortened[i] = (int) (hashes[i] >>> 32);
        }
        return shortened;
    }

    /// The entries of one bucket, as many as a datagram holds, in the order of ids.
    Bucket bucket(int number) {
        List<Entry> entries = entries(number);
        return new Bucket(number, entries.subList(0, Math.min(MOST_ENTRIES, entries.size())));
    }

    /// The entry of one node; null where it is not known or has left.
    @Nullable Entry entry(NodeId id) {
        NodeRecord mine = own;
        if (mine != null && mine.id().equals(id)) {
            return entry(mine, MemberState.ALIVE, ownIncarnation);
        }
        MemberEntry entry = roster.get(id);
        return entry == null || entry.state == MemberState.LEFT
                ? null
                : entry(entry.record, entry.state, entry.incarnation);
    }

    static int bucketOf(NodeId id) {
        return (int) id.low() & 0xff;
    }

    private void refresh() {
        for (int i = stale.nextSetBit(0); i >= 0; i = stale.nextSetBit(i + 1)) {
            WireWriter out = new WireWriter();
            for (Entry entry : entries(i)) {
                boolean dead = entry.state() == MemberState.DEAD;
                out.put(entry.id().toBytes()).u64(entry.sequence()).u32(entry.tag());
                out.u8(dead ? 1 : 0).u32(entry.incarnation());
            }
            hashes[i] = out.length() == 0 ? 0 : hash("warren sync bucket", out.toBytes());
            stale.clear(i);
        }
    }

    private List<Entry> entries(int number) {
        List<Entry> entries = new ArrayList<>();
        NodeRecord mine = own;
        for (MemberEntry entry : roster.all()) {
            if (bucketOf(entry.id) == number && entry.state != MemberState.LEFT) {
                entries.add(entry(entry.record, entry.state, entry.incarnation));
            }
        }
        if (mine != null && bucketOf(mine.id()) == number) {
            entries.add(entry(mine, MemberState.ALIVE, ownIncarnation));
            entries.sort((a, b) -> a.id().compareTo(b.id()));
        }
        return entries;
    }

    private static Entry entry(NodeRecord record, MemberState state, int incarnation) {
        return new Entry(record.id(), record.sequence(), record.tag(), state, incarnation);
    }

    private static long hash(String label, byte[] data) {
        return ByteBuffer.wrap(LabelledHash.of(HASH_LENGTH, label, data)).getLong();
    }
}
