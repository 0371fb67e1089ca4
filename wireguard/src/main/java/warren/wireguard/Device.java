// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One WireGuard interface without its device and socket: peers, keys, routes, sessions, timers.
/// Thread-safe; `now` is nanoseconds of any steady clock, the same one in every call.
public final class Device {
    public Device(
            Aead aead, RandomSource random, TimestampSource timestamps, InstantSource wallClock) {
        throw new UnsupportedOperationException();
    }

    // --- configuration, any control thread

    /// Null while there is no private key.
    public @Nullable PublicKey publicKey() {
        throw new UnsupportedOperationException();
    }

    /// A copy, which the caller destroys; null while there is none.
    public @Nullable PrivateKey privateKey() {
        throw new UnsupportedOperationException();
    }

    /// Sets or, with the zero key, removes the private key. Ends what was negotiated under the old
    /// one, and removes the peer whose public key is our own.
    public void setPrivateKey(PrivateKey key) {
        throw new UnsupportedOperationException();
    }

    public List<Peer> peers() {
        throw new UnsupportedOperationException();
    }

    public @Nullable Peer peer(PublicKey key) {
        throw new UnsupportedOperationException();
    }

    /// The peer of this key, made where there is none yet; null where the key is our own.
    public @Nullable Peer addPeer(PublicKey key) {
        throw new UnsupportedOperationException();
    }

    /// Removes the peer with its routes, sessions and staged packets.
    ///
    /// @return whether there was one
    public boolean removePeer(PublicKey key) {
        throw new UnsupportedOperationException();
    }

    public void removePeers() {
        throw new UnsupportedOperationException();
    }

    public boolean isUp() {
        throw new UnsupportedOperationException();
    }

    /// Starts to answer and to send; peers with a persistent keepalive get one at once.
    public void up(long nowNanos, Outbox outbox) {
        throw new UnsupportedOperationException();
    }

    /// Ends all sessions and handshakes, drops what is staged, stops all timers.
    public void down() {
        throw new UnsupportedOperationException();
    }

    // --- data path

    /// The peer that the inner IP packet `index` of `batch` goes to, by its destination address;
    /// null, and counted, where there is none. Lock-free, allocates nothing.
    public @Nullable Peer route(PacketBatch batch, int index) {
        throw new UnsupportedOperationException();
    }

    /// The peer whose allowed IPs hold `address`, longest prefix first.
    public @Nullable Peer route(IpAddress address) {
        throw new UnsupportedOperationException();
    }

    /// The session that datagram `index` of `batch`, whose [MessageKind] is `TRANSPORT`, names by
    /// its receiver index; null, and counted, where there is none. Lock-free, allocates nothing.
    public @Nullable Keypair keypair(PacketBatch batch, int index) {
        throw new UnsupportedOperationException();
    }

    /// Takes datagram `index` of `batch`, of any kind but `TRANSPORT` (malformed ones included,
    /// which are counted): answers go into `outbox`. Blocks for the time of several key agreements
    /// at most; never blocks the data path of other peers.
    ///
    /// @param underLoad whether handshakes arrive faster than they can be answered: then only
    ///     senders that echo a cookie, hence own their address, are worth a key agreement
    public void receiveHandshake(
            PacketBatch batch,
            int index,
            Endpoint source,
            long nowNanos,
            boolean underLoad,
            Outbox outbox) {
        throw new UnsupportedOperationException();
    }

    // --- time

    /// Does everything that is due, and says when to call again at the latest. Events of the data
    /// path make deadlines at least five seconds ahead and configuration at least one, so a loop
    /// that also wakes every second is never late.
    ///
    /// @return the next deadline, on the clock of `nowNanos`
    public long onTimer(long nowNanos, Outbox outbox) {
        throw new UnsupportedOperationException();
    }

    public Drops drops() {
        throw new UnsupportedOperationException();
    }
}
