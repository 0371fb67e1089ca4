// SPDX-License-Identifier: Apache-2.0
package warren.agent.tunnel;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import warren.tunnel.DeviceConfig;
import warren.tunnel.DeviceState;
import warren.tunnel.PeerConfig;
import warren.tunnel.PeerState;
import warren.wireguard.Endpoint;
import warren.wireguard.IpPrefix;
import warren.wireguard.PresharedKey;
import warren.wireguard.PrivateKey;
import warren.wireguard.PublicKey;

/// A device in memory with WireGuard's rules for changes: an allowed IP belongs to one peer.
public final class FakeTunnel implements Tunnel {
    private final Map<PublicKey, PeerState> peers = new LinkedHashMap<>();
    private @Nullable PrivateKey privateKey;
    private int listenPort;
    private boolean running;
    private int changes;

    public int changes() {
        return changes;
    }

    @Override
    public String kind() {
        return "userspace";
    }

    @Override
    public String interfaceName() {
        return "wg0";
    }

    @Override
    public Found ensure() {
        Found found = running ? Found.RUNNING : Found.STARTED;
        running = true;
        return found;
    }

    @Override
    public DeviceState state() throws IOException {
        requireRunning();
        return new DeviceState(privateKey, listenPort, 0, List.copyOf(peers.values()));
    }

    @Override
    public void apply(DeviceConfig change) throws IOException {
        requireRunning();
        changes++;
        if (change.privateKey() != null) {
            privateKey = change.privateKey();
        }
        if (change.listenPort() != null) {
            listenPort = change.listenPort();
        }
        if (change.replacePeers()) {
            peers.clear();
        }
        change.peers().forEach(this::apply);
    }

    private void apply(PeerConfig change) {
        if (change.remove()) {
            peers.remove(change.publicKey());
            return;
        }
        PeerState before = peers.get(change.publicKey());
        if (before == null && change.updateOnly()) {
            return;
        }
        TreeSet<IpPrefix> allowed = new TreeSet<>();
        if (before != null && !change.replaceAllowedIps()) {
            allowed.addAll(before.allowedIps());
        }
        allowed.removeAll(change.removeAllowedIps());
        allowed.addAll(change.addAllowedIps());
        peers.replaceAll((key, peer) -> without(peer, change.addAllowedIps()));
        peers.put(
                change.publicKey(),
                new PeerState(
                        change.publicKey(),
                        change.presharedKey() != null
                                ? change.presharedKey()
                                : before == null ? PresharedKey.none() : before.presharedKey(),
                        change.endpoint() != null
                                ? change.endpoint()
                                : before == null ? null : before.endpoint(),
                        before == null ? null : before.lastHandshake(),
                        before == null ? 0 : before.rxBytes(),
                        before == null ? 0 : before.txBytes(),
                        change.persistentKeepalive() != null
                                ? change.persistentKeepalive()
                                : before == null ? 0 : before.persistentKeepalive(),
                        List.copyOf(allowed)));
    }

    private static PeerState without(PeerState peer, List<IpPrefix> taken) {
        List<IpPrefix> left = new ArrayList<>(peer.allowedIps());
        left.removeAll(taken);
        return with(peer, peer.endpoint(), peer.lastHandshake(), left);
    }

    private static PeerState with(
            PeerState peer,
            @Nullable Endpoint endpoint,
            @Nullable Instant handshake,
            List<IpPrefix> allowed) {
        return new PeerState(
                peer.publicKey(),
                peer.presharedKey(),
                endpoint,
                handshake,
                peer.rxBytes(),
                peer.txBytes(),
                peer.persistentKeepalive(),
                allowed);
    }

    /// As if an authenticated packet of the peer had come from there.
    public void roam(PublicKey peer, Endpoint endpoint, Instant handshake) {
        peers.computeIfPresent(
                peer, (_, state) -> with(state, endpoint, handshake, state.allowedIps()));
    }

    /// As if a handshake had been sent to the peer, and not answered.
    public void send(PublicKey peer) {
        peers.computeIfPresent(
                peer,
                (_, state) ->
                        new PeerState(
                                state.publicKey(),
                                state.presharedKey(),
                                state.endpoint(),
                                state.lastHandshake(),
                                state.rxBytes(),
                                state.txBytes() + 148,
                                state.persistentKeepalive(),
                                state.allowedIps()));
    }

    @Override
    public void remove() {
        running = false;
        peers.clear();
        privateKey = null;
    }

    private void requireRunning() throws IOException {
        if (!running) {
            throw new IOException("no device");
        }
    }

    /// The peers in the words of `wg showconf`, sorted by key.
    public String render() {
        StringBuilder text = new StringBuilder();
        peers.values().stream()
                .sorted(java.util.Comparator.comparing(peer -> peer.publicKey().toBase64()))
                .forEach(
                        peer -> {
                            text.append("[Peer] ").append(peer.publicKey()).append('\n');
                            text.append("AllowedIPs = ");
                            text.append(
                                    String.join(
                                            ", ",
                                            peer.allowedIps().stream()
                                                    .map(IpPrefix::toString)
                                                    .toList()));
                            text.append('\n');
                            if (peer.endpoint() != null) {
                                text.append("Endpoint = ").append(peer.endpoint()).append('\n');
                            }
                            if (peer.persistentKeepalive() != 0) {
                                text.append("PersistentKeepalive = ");
                                text.append(peer.persistentKeepalive()).append('\n');
                            }
                        });
        return text.toString();
    }
}
