// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

/// Has every node say that it is there, when a partition has ended and thousands have to be heard
/// of again. One in a while is answered and passed on; that is what a hostile member gets for them.
/// Confined to the gossip loop.
final class RollCalls {
    private final GossipContext context;
    private final Membership membership;
    private boolean called;
    private long calledNanos;

    RollCalls(GossipContext context, Membership membership) {
        this.context = context;
        this.membership = membership;
    }

    /// @return whether one was begun: not so soon after the last
    boolean call(long nowNanos) {
        return answer(
                new GossipUpdate.RollCall(context.self().id, context.random().nextInt()), nowNanos);
    }

    /// @return whether it was answered and is passed on
    boolean answer(GossipUpdate.RollCall call, long nowNanos) {
        if (called && nowNanos - calledNanos < GossipLayout.ROLL_CALL_INTERVAL) {
            return false;
        }
        called = true;
        calledNanos = nowNanos;
        context.rumours().spreadCall(GossipUpdate.rollCall(call));
        membership.raise(nowNanos);
        return true;
    }
}
