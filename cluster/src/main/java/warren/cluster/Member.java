// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import warren.wireguard.IpAddress;

/// Another node as this one sees it at a moment. Immutable.
///
/// @param address the node address
/// @param stateSinceNanos since when the state holds
/// @param rttNanos the last measured round trip of a gossip ping; -1 where none was
public record Member(
        NodeRecord record,
        IpAddress address,
        MemberState state,
        int incarnation,
        long stateSinceNanos,
        long rttNanos) {
    public NodeId id() {
        return record.id();
    }
}
