// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

/// The two transport keys of one session. A peer has up to three.
public final class Keypair {
    Keypair() {}

    public Peer peer() {
        throw new UnsupportedOperationException();
    }

    /// Opens packets `from` to `to` (exclusive) of `batch`, each a whole transport message for this
    /// keypair (see [Device#keypair]) that came from `source`: checks and decrypts in place, drops
    /// replays, validates the IP header, trims padding and checks the source address. Updates the
    /// peer once for the whole run: figures, timers, roaming, slots, renewal.
    ///
    /// Afterwards packet `i` is at `offset[i]` with `length[i]` bytes, ready for the TUN device;
    /// a length of zero means there is nothing to deliver (a keepalive, or dropped and counted).
    ///
    /// @return how many packets of the run have something to deliver
    public int open(
            PacketBatch batch, int from, int to, Endpoint source, long nowNanos, Outbox outbox) {
        throw new UnsupportedOperationException();
    }
}
