// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The genuine records of a cluster, newest per node. Confined to the gossip loop.
@SuppressWarnings({"DoNotCallSuggester", "UnusedMethod", "UnusedVariable"}) // until it is built
public final class RecordStore {
    /// Four times the largest cluster Warren is tested with, and 8 MiB of records.
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
        FULL
    }

    public RecordStore(ClusterId cluster) {
        throw Skeleton.missing();
    }

    /// Takes the record where it is genuine and newer than what is held.
    public Offer offer(byte[] bytes) {
        throw Skeleton.missing();
    }

    public @Nullable NodeRecord get(NodeId id) {
        throw Skeleton.missing();
    }

    /// A copy, by node id.
    public List<NodeRecord> all() {
        throw Skeleton.missing();
    }

    public int size() {
        throw Skeleton.missing();
    }

    public void remove(NodeId id) {
        throw Skeleton.missing();
    }
}
