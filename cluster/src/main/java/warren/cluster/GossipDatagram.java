// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.List;

/// A gossip datagram, taken apart. Parsing checks shapes; the MAC is [GossipSeal]'s.
///
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +---------------+---------------+-------------------------------+
/// |  version = 1  |     type      |      epoch of the secret …    |
/// +---------------+---------------+-------------------------------+
/// |       … epoch                 |  record of the sender, low 16 |
/// +-------------------------------+-------------------------------+
/// |   incarnation of the sender   |     number of the ping …      |
/// +-------------------------------+-------------------------------+
/// |       … number                |     body …                    |
/// +-------------------------------+-------------------------------+
/// |                       MAC (16 bytes) …                        |
/// +---------------------------------------------------------------+
/// ```
sealed interface GossipDatagram {
    /// Version, epoch and sender's incarnation are in the [Header] of each.
    record Ping(List<GossipUpdate> updates) implements GossipDatagram {}

    record Ack(List<GossipUpdate> updates) implements GossipDatagram {}

    record PingRequest(NodeId target, List<GossipUpdate> updates) implements GossipDatagram {}

    record News(List<GossipUpdate> updates) implements GossipDatagram {}

    record SyncRoot(long root) implements GossipDatagram {}

    @SuppressWarnings("ArrayRecordComponent") // compared bucket by bucket, never as a record
    record SyncBuckets(int[] buckets) implements GossipDatagram {}

    record SyncEntries(List<Bucket> buckets) implements GossipDatagram {}

    record SyncWant(List<NodeId> ids) implements GossipDatagram {}

    /// A rotation with its secret, which the receiver wipes.
    ///
    /// @param members the hash of those whom the sender vouches for
    @SuppressWarnings("ArrayRecordComponent") // taken apart once, never compared
    record Secret(Rotation rotation, byte[] secret, long members, List<Eviction> evictions)
            implements GossipDatagram {}

    /// @param hash of all evictions the sender holds
    /// @param tags of them, or of some where they do not fit
    record SyncEvictions(long hash, List<Long> tags) implements GossipDatagram {}

    record WantEvictions(List<Long> tags) implements GossipDatagram {}

    record WhoBelongs() implements GossipDatagram {}

    record Belong(List<NodeId> ids) implements GossipDatagram {}

    /// Counted, never thrown.
    enum Malformed implements GossipDatagram {
        UNKNOWN_TYPE,
        BAD_BODY
    }

    /// All that the sender knows of one bucket.
    record Bucket(int number, List<Entry> entries) {}

    /// A node in a bucket, in short.
    ///
    /// @param tag of the record's bytes, so that two records of one number are told apart
    record Entry(NodeId id, long sequence, int tag, MemberState state, int incarnation) {}

    /// What every datagram starts with.
    ///
    /// @param sequence the low 16 bits of the sequence number of the sender's record
    /// @param incarnation the sender's, behind that record
    record Header(int version, int type, int epoch, int sequence, int incarnation, int number) {
        static Header read(WireReader in) {
            return new Header(in.u8(), in.u8(), in.u32(), in.u16(), in.u16(), in.u32());
        }

        void write(WireWriter out) {
            out.u8(version).u8(type).u32(epoch).u16(sequence).u16(incarnation).u32(number);
        }
    }

    /// @param in at the body, and ending with it
    static GossipDatagram parse(int type, WireReader in, NodeId from) {
        GossipDatagram datagram =
                switch (type) {
                    case GossipLayout.PING -> new Ping(GossipUpdate.read(in, from));
                    case GossipLayout.ACK -> new Ack(GossipUpdate.read(in, from));
                    case GossipLayout.PING_REQUEST -> pingRequest(in, from);
                    case GossipLayout.GOSSIP -> new News(GossipUpdate.read(in, from));
                    case GossipLayout.SYNC_ROOT -> new SyncRoot(in.u64());
                    case GossipLayout.SYNC_BUCKETS -> new SyncBuckets(buckets(in));
                    case GossipLayout.SYNC_ENTRIES -> new SyncEntries(entries(in));
                    case GossipLayout.SYNC_WANT -> new SyncWant(ids(in));
                    case GossipLayout.SECRET -> secret(in, from);
                    case GossipLayout.SYNC_EVICTIONS -> new SyncEvictions(in.u64(), tags(in));
                    case GossipLayout.WANT_EVICTIONS -> new WantEvictions(tags(in));
                    case GossipLayout.WHO_BELONGS -> new WhoBelongs();
                    case GossipLayout.BELONG -> new Belong(ids(in));
                    default -> Malformed.UNKNOWN_TYPE;
                };
        return in.failed() ? Malformed.BAD_BODY : datagram;
    }

    static void write(WireWriter out, Bucket bucket) {
        out.u8(bucket.number()).u8(bucket.entries().size());
        for (Entry entry : bucket.entries()) {
            out.put(entry.id()).u64(entry.sequence()).u32(entry.tag());
            out.u8(entry.state().code()).u16(entry.incarnation());
        }
    }

    private static GossipDatagram pingRequest(WireReader in, NodeId from) {
        NodeId target = in.id();
        return new PingRequest(target, GossipUpdate.read(in, from));
    }

    private static GossipDatagram secret(WireReader in, NodeId from) {
        Rotation rotation = Rotation.parse(in.take(Rotation.LENGTH));
        byte[] secret = in.take(ClusterSecret.LENGTH);
        long members = in.u64();
        List<Eviction> evictions = new ArrayList<>();
        for (GossipUpdate update : GossipUpdate.read(in, from)) {
            if (update instanceof GossipUpdate.Evicted(Eviction eviction)) {
                evictions.add(eviction);
            }
        }
        return in.failed() || rotation == null
                ? Malformed.BAD_BODY
                : new Secret(rotation, secret, members, evictions);
    }

    private static List<Long> tags(WireReader in) {
        List<Long> tags = new ArrayList<>();
        while (in.remaining() > 0) {
            tags.add(in.u64());
        }
        return tags;
    }

    private static int[] buckets(WireReader in) {
        int[] buckets = new int[GossipLayout.BUCKETS];
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = in.u32();
        }
        return buckets;
    }

    private static List<Bucket> entries(WireReader in) {
        List<Bucket> buckets = new ArrayList<>();
        while (in.remaining() > 0) {
            int number = in.u8();
            int count = in.u8();
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < count && !in.failed(); i++) {
                readEntry(in, entries);
            }
            buckets.add(new Bucket(number, entries));
        }
        return buckets;
    }

    private static void readEntry(WireReader in, List<Entry> entries) {
        NodeId id = in.id();
        long sequence = in.u64();
        int tag = in.u32();
        MemberState state = MemberState.of(in.u8());
        int incarnation = in.u16();
        if (!in.failed() && state != null) {
            entries.add(new Entry(id, sequence, tag, state, incarnation));
        }
    }

    private static List<NodeId> ids(WireReader in) {
        List<NodeId> ids = new ArrayList<>();
        while (in.remaining() > 0) {
            ids.add(in.id());
        }
        return ids;
    }
}
