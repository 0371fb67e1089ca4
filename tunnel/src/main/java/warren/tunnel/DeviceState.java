// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import warren.wireguard.PrivateKey;
import warren.wireguard.PublicKey;

/// What a WireGuard device says of itself. Immutable; holds secrets, so it never prints them and
/// its owner destroys the keys when done.
///
/// @param privateKey the device's key; null where it has none
/// @param listenPort the bound UDP port; 0 where none is
/// @param fwmark the unsigned mark of outgoing datagrams; 0 for none
/// @param peers in no particular order
public record DeviceState(
        @Nullable PrivateKey privateKey, int listenPort, int fwmark, List<PeerState> peers) {
    public DeviceState {
        peers = List.copyOf(peers);
    }

    public Optional<PeerState> peer(PublicKey publicKey) {
        return peers.stream().filter(peer -> peer.publicKey().equals(publicKey)).findFirst();
    }
}
