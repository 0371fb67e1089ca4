// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import warren.wireguard.PrivateKey;

/// A change to a WireGuard device: what is null, false or not listed is left alone. Immutable,
/// apart from the keys it refers to, which stay the caller's to destroy.
///
/// @param privateKey the new key; the all-zero key takes the device's key away
/// @param listenPort 0 to 65535; 0 lets the kernel choose
/// @param fwmark the unsigned mark of outgoing datagrams; 0 for none
/// @param replacePeers whether every peer not listed goes away, sessions included
/// @param peers changes of peers, applied in order
public record DeviceConfig(
        @Nullable PrivateKey privateKey,
        @Nullable Integer listenPort,
        @Nullable Integer fwmark,
        boolean replacePeers,
        List<PeerConfig> peers) {
    public DeviceConfig {
        if (listenPort != null && (listenPort < 0 || listenPort > 65535)) {
            throw new IllegalArgumentException("port " + listenPort + " is not within 0..65535");
        }
        peers = List.copyOf(peers);
    }

    /// The change that changes nothing, to start from.
    public static DeviceConfig unchanged() {
        return new DeviceConfig(null, null, null, false, List.of());
    }

    public DeviceConfig withPrivateKey(PrivateKey key) {
        return new DeviceConfig(key, listenPort, fwmark, replacePeers, peers);
    }

    public DeviceConfig withListenPort(int port) {
        return new DeviceConfig(privateKey, port, fwmark, replacePeers, peers);
    }

    public DeviceConfig withFwmark(int mark) {
        return new DeviceConfig(privateKey, listenPort, mark, replacePeers, peers);
    }

    public DeviceConfig replacingPeers() {
        return new DeviceConfig(privateKey, listenPort, fwmark, true, peers);
    }

    public DeviceConfig withPeer(PeerConfig peer) {
        List<PeerConfig> more = new ArrayList<>(peers);
        more.add(peer);
        return withPeers(more);
    }

    public DeviceConfig withPeers(List<PeerConfig> all) {
        return new DeviceConfig(privateKey, listenPort, fwmark, replacePeers, all);
    }
}
