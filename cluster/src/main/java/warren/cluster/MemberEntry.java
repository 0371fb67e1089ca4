// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import org.jspecify.annotations.Nullable;

/// What the gossip loop keeps of a node, this one included: forty bytes for each of thousands,
/// and more only of those it talks with ([PeerLink]) or that are suspect ([Suspicion]). Confined
/// to the gossip loop; state and incarnation change in [Membership] alone.
final class MemberEntry {
    final NodeId id;

    NodeRecord record;
    MemberState state;

    /// The counter behind `record`'s sequence number; 0 where nothing was heard of it since.
    int incarnation;

    /// How often this node has sent the rumour of its state, and of its record; see [Rumours].
    byte stateSent = Rumours.IDLE;

    byte recordSent = Rumours.IDLE;

    /// Whether it has just been met, and should be greeted where it is on the ring.
    boolean isNew;

    /// Whether somebody who holds our newest secret named it: [Vouching].
    boolean vouched = true;

    /// Whether this node met it while it was not wary: [Company].
    boolean old = true;

    long sinceNanos;

    /// Not null exactly while SUSPECT.
    @Nullable Suspicion suspicion;

    private @Nullable PeerLink link;

    MemberEntry(NodeRecord record, MemberState state, int incarnation, long nowNanos) {
        this.id = record.id();
        this.record = record;
        this.state = state;
        this.incarnation = incarnation;
        this.sinceNanos = nowNanos;
    }

    /// Whether it belongs on the ring.
    boolean isPresent() {
        return state == MemberState.ALIVE || state == MemberState.SUSPECT;
    }

    /// Whether it was there and does not answer now: news sent to it may be lost. One that nobody
    /// has heard of yet is not doubted.
    boolean isDoubted() {
        return state == MemberState.SUSPECT && incarnation > 0;
    }

    /// What is kept because there is traffic with it.
    PeerLink link() {
        PeerLink known = link;
        if (known == null) {
            known = new PeerLink();
            link = known;
        }
        return known;
    }

    long rttNanos() {
        return link == null ? -1 : link.rttNanos;
    }

    /// The tag of the newest secret under which it has spoken to us; 0 where there is none.
    int spokeEpoch() {
        return link == null ? 0 : link.spokeEpoch;
    }

    /// Whether it has spoken to us itself since then.
    boolean wasHeard(long sinceNanos) {
        return link != null && link.hasSpoken && link.spokenNanos - sinceNanos >= 0;
    }

    void forgetKeys() {
        if (link != null) {
            link.forgetKeys();
        }
    }

    Member snapshot(ClusterId cluster) {
        return new Member(
                record, NodeAddress.of(cluster, id), state, incarnation, sinceNanos, rttNanos());
    }
}
