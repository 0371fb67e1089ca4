// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import warren.cluster.GossipDatagram.Bucket;
import warren.cluster.GossipDatagram.Entry;

/// Hashes over everything known, so that two nodes find what they do not agree on with few
/// bytes: a root over 256 buckets, and the entries of a bucket, which is all ids that start with
/// one byte. Nodes that left are not part of it: each forgets them in its own time. Suspicion is
/// not either: it does not last. Confined to the gossip loop; a bucket is hashed again only
/// after one of its nodes has changed.
///
/// The hash is no cryptographic one: whoever makes two sets collide hides from some nodes what
/// it says of itself, and can do that by not saying it.
final class SyncTree {
    private final Roster roster;
    private final MemberEntry self;
    private final long[] hashes = new long[GossipLayout.BUCKETS];
    private final BitSet stale = new BitSet(GossipLayout.BUCKETS);
    private long root;

    SyncTree(Roster roster, MemberEntry self) {
        this.roster = roster;
        this.self = self;
        stale.set(0, GossipLayout.BUCKETS);
    }

    void changed(NodeId id) {
        stale.set(bucketOf(id));
    }

    long root() {
        if (!stale.isEmpty()) {
            refresh();
            long hash = 0;
            for (long bucket : hashes) {
                hash = mix(hash, bucket);
            }
            root = hash;
        }
        return root;
    }

    /// The first 32 bits of each bucket's hash.
    int[] buckets() {
        root();
        int[] shortened = new int[GossipLayout.BUCKETS];
        for (int i = 0; i < shortened.length; i++) {
            shortened[i] = (int) (hashes[i] >>> 32);
        }
        return shortened;
    }

    /// The entries of one bucket in the order of ids, this node's own at the end, as many as a
    /// message holds; without nodes that nobody vouches for.
    Bucket bucket(int number) {
        List<MemberEntry> members = members(number);
        List<Entry> entries = new ArrayList<>(members.size());
        for (MemberEntry member : members) {
            if (member.vouched && entries.size() < GossipLayout.BUCKET_ENTRIES) {
                entries.add(entry(member));
            }
        }
        return new Bucket(number, entries);
    }

    /// A node that is part of the comparison, this one included.
    @Nullable MemberEntry get(NodeId id) {
        MemberEntry entry = id.equals(self.id) ? self : roster.get(id);
        return entry == null || entry.state == MemberState.LEFT ? null : entry;
    }

    static int bucketOf(NodeId id) {
        return id.high() >>> 8;
    }

    private List<MemberEntry> members(int number) {
        List<MemberEntry> members = new ArrayList<>();
        for (MemberEntry entry : roster.bucket(number)) {
            if (entry.state != MemberState.LEFT) {
                members.add(entry);
            }
        }
        if (bucketOf(self.id) == number && self.state != MemberState.LEFT) {
            members.add(self);
        }
        return members;
    }

    private static Entry entry(MemberEntry member) {
        return new Entry(
                member.id,
                member.record.sequence(),
                member.record.tag(),
                member.state,
                member.incarnation);
    }

    private void refresh() {
        for (int i = stale.nextSetBit(0); i >= 0; i = stale.nextSetBit(i + 1)) {
            long sum = 0; // in whichever order
            for (MemberEntry entry : members(i)) {
                sum += hash(entry);
            }
            hashes[i] = sum;
        }
        stale.clear();
    }

    private static long hash(MemberEntry entry) {
        long hash = mix(entry.id.high(), entry.id.low());
        hash = mix(hash, entry.record.sequence());
        hash = mix(hash, entry.record.tag());
        return mix(hash, 2L * entry.incarnation + (entry.state == MemberState.DEAD ? 1 : 0));
    }

    /// The finisher of splitmix64 (Steele, Lea and Flood, 2014) over both.
    private static long mix(long hash, long next) {
        long z = hash * 31 + next + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
