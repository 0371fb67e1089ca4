// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import warren.wireguard.IpAddress;

/// The membership of a cluster as one node sees it: failure detection, dissemination and
/// anti-entropy, `docs/gossip.md`. Confined to the gossip loop; everything it wants done goes
/// through the [Outbox] during a call.
@SuppressWarnings({"DoNotCallSuggester", "UnusedMethod", "UnusedVariable"}) // until it is built
public final class Gossip {
    /// The UDP port on node addresses, inside the tunnel.
    public static final int PORT = 51821;

    /// The longest datagram sent or accepted.
    public static final int MAX_DATAGRAM = 1100;

    /// Where instructions go. Called from within [Gossip]'s methods, by the same thread; must
    /// not call back into methods that change it.
    public interface Outbox {
        /// Send `payload` by UDP from our node address to `to`, port [#PORT]. The array is the
        /// receiver's to keep. Best effort: a failed send is a lost datagram.
        void send(NodeId to, IpAddress address, byte[] payload);

        void on(GossipEvent event);
    }

    /// @param own our record, signed; publish newer ones with [#publish]
    /// @param secrets the epochs held, newest first; copied
    /// @param random jitter and choices; need not be strong
    public Gossip(
            ClusterId cluster,
            Identity identity,
            NodeRecord own,
            List<ClusterSecret> secrets,
            Outbox outbox,
            RandomGenerator random,
            long nowNanos) {
        throw Skeleton.missing();
    }

    /// Takes in nodes known from disk or from a join exchange. Events tell of each.
    public void learn(List<KnownNode> nodes, long nowNanos) {
        throw Skeleton.missing();
    }

    /// Spreads a newer record of our own.
    public void publish(NodeRecord own, long nowNanos) {
        throw Skeleton.missing();
    }

    /// @param from the source address: a node address, which the tunnel vouches for
    /// @param payload not kept
    public void onDatagram(IpAddress from, byte[] payload, long nowNanos) {
        throw Skeleton.missing();
    }

    /// Does what is due; call it again at the returned time, or earlier.
    ///
    /// @return the next deadline, on the clock of `nowNanos`
    public long onTimer(long nowNanos) {
        throw Skeleton.missing();
    }

    /// When [#onTimer] is due next; every other call may have moved it.
    public long nextDeadline() {
        throw Skeleton.missing();
    }

    /// Tells the others that this node leaves; the owner keeps calling [#onTimer] for a second
    /// or two so that word gets out, and then stops.
    public void leave(long nowNanos) {
        throw Skeleton.missing();
    }

    /// All other nodes, by id.
    public List<Member> members() {
        throw Skeleton.missing();
    }

    public @Nullable Member member(NodeId id) {
        throw Skeleton.missing();
    }

    public NodeRecord own() {
        throw Skeleton.missing();
    }

    /// Everything known, our own record included, as a join answer or the records file hold it.
    public List<KnownNode> known() {
        throw Skeleton.missing();
    }
}
