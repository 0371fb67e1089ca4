// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One remote public key: its configuration, figures, handshake and sessions. Thread-safe.
public final class Peer {
    Peer() {}

    public PublicKey publicKey() {
        throw new UnsupportedOperationException();
    }

    // --- configuration, any control thread

    /// Where to send; null until configured or learnt from an authenticated datagram.
    public @Nullable Endpoint endpoint() {
        throw new UnsupportedOperationException();
    }

    public void setEndpoint(Endpoint endpoint) {
        throw new UnsupportedOperationException();
    }

    /// Forgets the sticky source address, as after a local address or route has changed.
    public void forgetSource() {
        throw new UnsupportedOperationException();
    }

    public PresharedKey presharedKey() {
        throw new UnsupportedOperationException();
    }

    /// Used from the next handshake on; the session in use is not touched.
    public void setPresharedKey(PresharedKey key) {
        throw new UnsupportedOperationException();
    }

    /// Seconds; 0 is off.
    public int persistentKeepalive() {
        throw new UnsupportedOperationException();
    }

    /// @param seconds 0 (off) to 65535; turning it on sends the first keepalive at once
    public void setPersistentKeepalive(int seconds, long nowNanos, Outbox outbox) {
        throw new UnsupportedOperationException();
    }

    /// Routes `prefix` to this peer, taking it from whichever peer has exactly this prefix.
    public void allow(IpPrefix prefix) {
        throw new UnsupportedOperationException();
    }

    /// Removes `prefix` where it is this peer's.
    public void disallow(IpPrefix prefix) {
        throw new UnsupportedOperationException();
    }

    public void disallowAll() {
        throw new UnsupportedOperationException();
    }

    /// Sorted.
    public List<IpPrefix> allowedIps() {
        throw new UnsupportedOperationException();
    }

    // --- figures

    /// UDP payload bytes of authenticated datagrams received, handshakes and keepalives included.
    public long receivedBytes() {
        throw new UnsupportedOperationException();
    }

    /// UDP payload bytes of datagrams sent, handshakes and keepalives included.
    public long sentBytes() {
        throw new UnsupportedOperationException();
    }

    /// Takes back what was counted for datagrams that the socket refused.
    public void notSent(long bytes) {
        throw new UnsupportedOperationException();
    }

    /// Wall time of the last completed handshake; null before the first.
    public @Nullable Instant lastHandshake() {
        throw new UnsupportedOperationException();
    }

    // --- data path

    /// Seals packets `from` to `to` (exclusive) of `batch`, inner IP packets all routed to this
    /// peer, in place: each becomes a whole transport message that starts sixteen bytes before its
    /// old offset. Behind each packet the batch has room for padding (up to 15 bytes) and tag.
    /// Without a usable session the packets are copied and staged instead, and a handshake is put
    /// into `outbox` where none is running.
    ///
    /// Any thread; threads that seal for one session take turns.
    ///
    /// @param mtu of the TUN device: padding does not grow a packet beyond it
    public SealOutcome seal(
            PacketBatch batch, int from, int to, int mtu, long nowNanos, Outbox outbox) {
        throw new UnsupportedOperationException();
    }

    /// Seals staged packets into `batch`, which is overwritten from its start: as many as fit.
    ///
    /// @return the number of transport messages in `batch`, to be sent to [#endpoint()]; 0 when
    ///     nothing is staged or there is still no session
    public int sealStaged(PacketBatch batch, int mtu, long nowNanos, Outbox outbox) {
        throw new UnsupportedOperationException();
    }
}
