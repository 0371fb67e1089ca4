// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

/// By what right a node claims a part of the overlay network. The smaller is the better: what holds
/// before what is only asked for, then the smaller Lamport counter, then the smaller node id. No
/// wall clock, which could be set back to take what is another's. Immutable.
record Right(boolean asked, long lamport, NodeId node) implements Comparable<Right> {
    static Right of(Claim claim, NodeId node) {
        return new Right(claim.asked(), claim.lamport(), node);
    }

    boolean beats(Right other) {
        return compareTo(other) < 0;
    }

    @Override
    public int compareTo(Right other) {
        int byAsked = Boolean.compare(asked, other.asked);
        if (byAsked != 0) {
            return byAsked;
        }
        int byLamport = Long.compare(lamport, other.lamport);
        return byLamport != 0 ? byLamport : node.compareTo(other.node);
    }
}
