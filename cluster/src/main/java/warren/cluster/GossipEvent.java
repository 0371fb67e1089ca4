// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;
import warren.wireguard.IpAddress;

/// What the gossip core tells its owner. Emitted after the change: queries made from within the
/// handler see it.
public sealed interface GossipEvent {
    /// A member's state changed, or a member appeared.
    record MemberChanged(Member member) implements GossipEvent {}

    /// A new or newer record: install or adjust the peer.
    record RecordChanged(NodeRecord record) implements GossipEvent {}

    /// A node that left long ago was dropped: remove its peer.
    record Forgotten(NodeId id) implements GossipEvent {}

    /// Others hold a record of ours that is not older than the one published: sign a new one
    /// with a sequence number above `sequence`. `instance` is another than ours after a restart
    /// from old state; where it happens again and again it is a clone of this node's state.
    record OwnRecordOutrun(long sequence, long instance) implements GossipEvent {}

    /// Other secrets hold, newest first: save them, then publish a record that announces them.
    record EpochsChanged(List<Epoch> epochs) implements GossipEvent {
        public EpochsChanged {
            epochs = List.copyOf(epochs);
        }
    }

    /// A node is no member any more, for ever: save the evictions and remove its peer.
    ///
    /// @param self whether it is this one
    record Evicted(Eviction eviction, boolean self) implements GossipEvent {}

    /// An eviction of this node did not hold after all: save the evictions. Its record comes from
    /// those who knew better.
    record Reinstated(NodeId id) implements GossipEvent {}

    /// Somebody has to draw a new secret, and it is this node's turn: call [Gossip#rotate].
    record RotationDue() implements GossipEvent {}

    /// Time to try the join exchange on the underlay: towards `target`, a dead or unheard node,
    /// or a seed of the owner's choice where it is null. Emitted while this node is alone, and
    /// about every ten seconds in the whole cluster while some node is dead.
    record RecoveryDue(@Nullable NodeRecord target) implements GossipEvent {}

    /// This node and `peer` differ in more than datagrams mend quickly: open a stream to TCP
    /// port [Gossip#PORT] of its node address and carry the frames of [Gossip#startBulk]. Best
    /// effort: datagrams go on meanwhile, and the event comes again.
    record BulkDue(NodeId peer, IpAddress address) implements GossipEvent {}
}
