// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a side of the join exchange wants its owner to do next, in order.
public sealed interface JoinStep {
    /// Write these bytes to the stream.
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Send(byte[] bytes) implements JoinStep {}

    /// Responder: install this node as a peer (and [Gossip#learn] it), then call
    /// [JoinResponder#installed]. Its record is genuine and its owner is the one at the other
    /// end.
    record Install(KnownNode newcomer) implements JoinStep {}

    /// Initiator: the cluster has taken this node in. Nodes include the responder.
    record Joined(ClusterDescriptor cluster, NodeRecord responder, List<KnownNode> nodes, News news)
            implements JoinStep {}

    /// What holds in the cluster, as the responder says; for [Gossip#welcomed].
    ///
    /// @param provenUnder the tag of the secret that both proved
    /// @param rotation the statement of the responder's newest secret; null where it is the first
    /// @param secret the responder's newest, where both proved an older one
    /// @param evictions everybody evicted
    record News(
            int provenUnder,
            @Nullable Rotation rotation,
            @Nullable ClusterSecret secret,
            List<Eviction> evictions) {
        public News {
            evictions = List.copyOf(evictions);
        }
    }

    /// Both: over, without success; close the stream after what was to be sent.
    ///
    /// @param message one sentence for the user
    /// @param sequence for [JoinFailure#OUTRUN] the number that a new record must exceed; else 0
    record Failed(JoinFailure reason, String message, long sequence) implements JoinStep {}

    /// Responder: over, the newcomer has all; close the stream.
    record Done() implements JoinStep {}
}
