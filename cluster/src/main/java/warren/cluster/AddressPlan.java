// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.Collection;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import warren.wireguard.IpAddress;

/// A node's part of the overlay network: the blocks and single addresses it claims and the
/// container addresses it gives out of them. Confined to the agent's reconcile loop.
///
/// It changes nothing outside itself: after any call that may have changed the claims the owner
/// compares [#claims()] with its published record and publishes a newer one.
@SuppressWarnings({"DoNotCallSuggester", "UnusedMethod", "UnusedVariable"}) // until it is built
public final class AddressPlan {
    /// What became of a wish for an address.
    public sealed interface Allocation {
        record Given(IpAddress address) implements Allocation {}

        /// The claim behind it is too young to be relied on: publish it, ask again at that time.
        record Wait(long untilNanos) implements Allocation {}

        /// @param message one sentence for the user
        record Refused(String message) implements Allocation {}
    }

    /// Two containers with one address, on two nodes: the loser isolates its own.
    public record Conflict(IpAddress address, String container, NodeId winner) {}

    public AddressPlan(OverlayNetwork network, NodeId self, RandomGenerator random) {
        throw Skeleton.missing();
    }

    /// Restores what [#toBytes()] saved.
    public static AddressPlan parse(
            byte[] bytes, OverlayNetwork network, NodeId self, RandomGenerator random) {
        throw Skeleton.missing();
    }

    /// An address for container `name`; the one it has where it has one already.
    ///
    /// @param wanted the address asked for; null for any
    /// @param others the records of all other nodes that have not left
    public Allocation allocate(
            String name, @Nullable IpAddress wanted, Collection<NodeRecord> others, long nowNanos) {
        throw Skeleton.missing();
    }

    /// Gives the address of `name` back; false where it had none.
    public boolean release(String name) {
        throw Skeleton.missing();
    }

    /// Claims a first block where there is none, so that the first container need not wait.
    public void prepare(Collection<NodeRecord> others, long nowNanos) {
        throw Skeleton.missing();
    }

    /// Compares our claims with everybody's: gives up what others keep, turning addresses in use
    /// into single claims, and says which addresses are in use on both sides.
    public List<Conflict> resolve(Collection<NodeRecord> others, long nowNanos) {
        throw Skeleton.missing();
    }

    /// What our record has to say now.
    public List<Claim> claims() {
        throw Skeleton.missing();
    }

    /// Address by container name.
    public java.util.SortedMap<String, IpAddress> allocations() {
        throw Skeleton.missing();
    }

    /// What a restart needs.
    public byte[] toBytes() {
        throw Skeleton.missing();
    }
}
