// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

/// Which records are taken: genuine ones, newest per node. A signature is verified once, when
/// its record would be taken; what is older or held already costs nothing. Not final, so that
/// simulations share what they parsed and verified.
class RecordJudge {
    /// Somewhat more than the largest cluster Warren is tested with; 8 MiB of records.
    static final int MAX_RECORDS = 8192;

    /// What became of an offered record.
    enum Offer {
        /// Newer than what is held, or of a node not known; genuine.
        TAKEN,
        /// The very bytes held already.
        SAME,
        /// The record held is newer.
        OLDER,
        BAD_SIGNATURE,
        /// Another identity has this node id, and with it the node address.
        ADDRESS_TAKEN
    }

    private final ClusterId cluster;

    RecordJudge(ClusterId cluster) {
        this.cluster = cluster;
    }

    /// How many nodes are kept.
    int most() {
        return MAX_RECORDS;
    }

    ParsedRecord parse(byte[] bytes) {
        return NodeRecord.parse(bytes);
    }

    /// Half a millisecond of work.
    boolean isGenuine(NodeRecord record) {
        return record.isSignedFor(cluster);
    }
}
