// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

/// Why a gossip datagram was not believed; counted by reason, never thrown.
public enum GossipDrop {
    TOO_SHORT,
    TOO_LONG,
    /// No record names the sender: its record has not arrived yet.
    UNKNOWN_SENDER,
    /// The sender is evicted.
    EVICTED_SENDER,
    UNKNOWN_VERSION,
    /// Sealed with a secret that this node does not hold.
    UNKNOWN_EPOCH,
    BAD_MAC,
    /// A message of a later version.
    UNKNOWN_TYPE,
    BAD_BODY
}
