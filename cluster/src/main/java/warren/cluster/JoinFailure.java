// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

/// Why a join exchange ended early. The codes are protocol where one is given: append only.
public enum JoinFailure {
    /// The two hold different cluster secrets, or are of different clusters.
    WRONG_SECRET,
    /// The other end speaks another version of the exchange.
    WRONG_VERSION,
    /// Bytes that no honest peer sends.
    MALFORMED,
    /// The stream ended, or the owner gave up waiting.
    CLOSED,
    /// The node was evicted from the cluster.
    EVICTED,
    /// The record is not genuine, or not of the one who sent it.
    BAD_PROOF,
    /// The responder holds a newer record of the node, of another instance.
    STALE_RECORD,
    /// The cluster has no room for another node.
    FULL,
    /// Another identity has the same node address.
    ADDRESS_TAKEN,
    /// Too many attempts from one source.
    BUSY
}
