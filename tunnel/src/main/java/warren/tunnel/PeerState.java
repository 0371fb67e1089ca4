// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import warren.wireguard.Endpoint;
import warren.wireguard.IpPrefix;
import warren.wireguard.PresharedKey;
import warren.wireguard.PublicKey;

/// What a WireGuard device says of one peer. Immutable; the preshared key is its owner's to
/// destroy.
///
/// @param presharedKey all zeros where none is set
/// @param endpoint where the peer was last seen or said to be; null where unknown
/// @param lastHandshake null where there was none
/// @param rxBytes received datagram bytes that were authentic, headers and tags included
/// @param txBytes sent datagram bytes, headers and tags included
/// @param persistentKeepalive seconds; 0 where off
public record PeerState(
        PublicKey publicKey,
        PresharedKey presharedKey,
        @Nullable Endpoint endpoint,
        @Nullable Instant lastHandshake,
        long rxBytes,
        long txBytes,
        int persistentKeepalive,
        List<IpPrefix> allowedIps) {
    public PeerState {
        allowedIps = List.copyOf(allowedIps);
    }
}
