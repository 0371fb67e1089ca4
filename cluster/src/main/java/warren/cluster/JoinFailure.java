// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

/// Why a join exchange ended early.
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
    /// A record or a proof is not genuine, or not of the one who sent it.
    BAD_PROOF,
    /// The cluster holds a record of this node that is not older: sign one with a larger
    /// sequence number, which [JoinStep.Failed] names, and try again.
    OUTRUN,
    /// The cluster has no room for another node.
    FULL,
    /// The newcomer has an objection to the cluster's overlay network.
    UNWANTED,
    /// Another identity has the same node address.
    ADDRESS_TAKEN,
    /// The secret is one from before a rotation, and the cluster does not know the node from then.
    OUTDATED
}
