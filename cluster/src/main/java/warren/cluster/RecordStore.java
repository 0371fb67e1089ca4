// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The genuine records of a cluster, newest per node. A signature is verified once, when its
/// record would be taken; what is older or held already costs nothing. Confined to the gossip
/// loop.
public final class RecordStore {
    /// Somewhat more than the largest cluster Warren is tested with; 8 MiB of records.
    public static final int MAX_RECORDS = 8192;

    /// What became of an offered record.
    public enum Offer {
        ADDED,
        REPLACED,
        /// The very bytes held already.
        SAME,
        /// The record held is newer.
        OLDER,
        MALFORMED,
        BAD_SIGNATURE,
        /// Another identity has this node id, and with it the node address.
        ADDRESS_TAKEN,
        FULL;

        /// Whether the store changed.
        public boolean taken() {
            return this == ADDED || this == REPLACED;
        }
    }

    private final Predicate<NodeRecord> genuine;
    private final int most;
    private final Map<NodeId, NodeRecord> records = new HashMap<>();

    public RecordStore(ClusterId cluster) {
        this(MAX_RECORDS, record -> record.isSignedFor(cluster));
    }

    /// @param genuine whether a record's signature is right; simulations share what they found
    ///     out
    RecordStore(int most, Predicate<NodeRecord> genuine) {
        this.most = most;
        this.genuine = genuine;
    }

    /// Takes the record where it is genuine and newer than what is held.
    public Offer offer(byte[] bytes) {
        return switch (NodeRecord.parse(bytes)) {
            case NodeRecord record -> offer(record);
            case ParsedRecord.Malformed _ -> Offer.MALFORMED;
        };
    }

    /// The same for a record that was parsed already, but not necessarily verified.
    public Offer offer(NodeRecord record) {
        NodeRecord held = records.get(record.id());
        if (held != null) {
            if (!held.identity().equals(record.identity())) {
                return Offer.ADDRESS_TAKEN;
            }
            if (!record.replaces(held)) {
                return record.equals(held) ? Offer.SAME : Offer.OLDER;
            }
        } else if (records.size() >= most) {
            return Offer.FULL;
        }
        if (!genuine.test(record)) {
            return Offer.BAD_SIGNATURE;
        }
        records.put(record.id(), record);
        return held == null ? Offer.ADDED : Offer.REPLACED;
    }

    public @Nullable NodeRecord get(NodeId id) {
        return records.get(id);
    }

    /// A copy, by node id.
    public List<NodeRecord> all() {
        return List.copyOf(new TreeMap<>(records).values());
    }

    public int size() {
        return records.size();
    }

    public void remove(NodeId id) {
        records.remove(id);
    }
}
