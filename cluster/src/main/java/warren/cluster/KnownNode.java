// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

/// A node as one member describes it to another: its record, and how the describing one sees it.
/// Immutable.
///
/// @param record as received; its signature is checked by whoever stores it
/// @param incarnation the counter by which the node itself refutes suspicion; 0 where unheard of
public record KnownNode(NodeRecord record, MemberState state, int incarnation) {
    /// A record from disk, of a node not heard of since.
    public static KnownNode unheard(NodeRecord record) {
        return new KnownNode(record, MemberState.SUSPECT, 0);
    }
}
