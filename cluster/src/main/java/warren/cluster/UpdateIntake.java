// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.List;

/// Takes in the updates that a member sent, by datagram or stream, and asks it for the records it
/// spoke of that are not known here. Signatures are verified only where a record is news, and only
/// as many as its sender is trusted with. Confined to the gossip loop.
final class UpdateIntake {
    private final MemberEntry self;
    private final Roster roster;
    private final RecordJudge judge;
    private final Membership membership;
    private final Vouching vouching;
    private final EvictionSpread evictionSpread;
    private final SecretSpread secretSpread;
    private final AntiEntropy antiEntropy;
    private final RollCalls rollCalls;

    UpdateIntake(GossipParts parts, RecordJudge judge) {
        this.self = parts.context.self();
        this.roster = parts.context.roster();
        this.judge = judge;
        this.membership = parts.membership;
        this.vouching = parts.vouching;
        this.evictionSpread = parts.evictionSpread;
        this.secretSpread = parts.secretSpread;
        this.antiEntropy = parts.antiEntropy;
        this.rollCalls = parts.rollCalls;
    }

    /// @param isNews whether others should hear of them from us
    void apply(MemberEntry from, List<GossipUpdate> updates, boolean isNews, long nowNanos) {
        List<NodeId> unknown = new ArrayList<>();
        for (GossipUpdate update : updates) {
            switch (update) {
                case GossipUpdate.Node node -> {
                    apply(from, node, isNews, nowNanos);
                    vouching.named(from, List.of(node.about()));
                }
                case GossipUpdate.Evicted(Eviction eviction) -> {
                    if (evictionSpread.offer(from, eviction, nowNanos)) {
                        secretSpread.confirm(nowNanos);
                    }
                }
                case GossipUpdate.State claim -> {
                    if (membership.apply(claim, nowNanos) && mayBe(claim.about(), from)) {
                        unknown.add(claim.about());
                    }
                }
                case GossipUpdate.RollCall call -> rollCalls.answer(call, nowNanos);
            }
        }
        antiEntropy.want(from, unknown, nowNanos);
    }

    private void apply(MemberEntry from, GossipUpdate.Node node, boolean isNews, long nowNanos) {
        if (!mayBe(node.about(), from)) {
            return;
        }
        if (!membership.isNews(node)) {
            long sequence = NodeRecord.peekSequence(node.record());
            membership.apply(
                    new GossipUpdate.State(
                            node.about(), node.state(), sequence, node.incarnation(), from.id),
                    nowNanos);
        } else if (from.link().spendTrust(nowNanos)
                && judge.parse(node.record()) instanceof NodeRecord record
                && record.id().equals(node.about())) {
            membership.learn(
                    new KnownNode(record, node.state(), node.incarnation()),
                    from.id,
                    isNews,
                    nowNanos);
        }
    }

    /// Whether it is known, or may become so on the word of `by`.
    private boolean mayBe(NodeId id, MemberEntry by) {
        return id.equals(self.id) || roster.get(id) != null || vouching.admits(id, by.id);
    }
}
