// SPDX-License-Identifier: Apache-2.0
package warren.agent.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import warren.tunnel.DeviceConfig;
import warren.tunnel.DeviceState;
import warren.tunnel.PeerConfig;
import warren.tunnel.PeerState;
import warren.wireguard.Endpoint;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;
import warren.wireguard.PresharedKey;
import warren.wireguard.PrivateKey;
import warren.wireguard.PublicKey;

/// What every data plane promises the reconciler; each runs the very same tests.
@Timeout(180)
abstract class TunnelContract {
    private static final IpPrefix BLOCK = IpPrefix.parse("10.100.4.0/26");
    private static final IpPrefix SINGLE = IpPrefix.parse("10.100.0.3/32");
    private static final Endpoint ENDPOINT = Endpoint.of(IpAddress.parse("192.0.2.7"), 51820);

    private final PublicKey alpha = new PublicKey(bytes(3));
    private final PublicKey beta = new PublicKey(bytes(5));
    private final PresharedKey preshared = new PresharedKey(bytes(7));

    /// A device that does not run; the same one each time within a test.
    abstract Tunnel tunnel() throws IOException;

    @AfterEach
    void remove() throws IOException {
        tunnel().remove();
    }

    @Test
    void ensuringTwiceStartsOnce() throws IOException {
        assertEquals(Tunnel.Found.STARTED, tunnel().ensure());
        assertEquals(Tunnel.Found.RUNNING, tunnel().ensure());
    }

    @Test
    void aDeviceThatDoesNotRunSaysSo() {
        assertThrows(IOException.class, () -> tunnel().state());
        assertThrows(IOException.class, () -> tunnel().apply(DeviceConfig.unchanged()));
    }

    @Test
    void aNewDeviceHasNoKeyAndNoPeers() throws IOException {
        start();
        DeviceState state = tunnel().state();
        assertNull(state.privateKey());
        assertEquals(List.of(), state.peers());
    }

    @Test
    void whatIsAppliedIsRead() throws IOException {
        start();
        PrivateKey key = new PrivateKey(bytes(9));
        tunnel().apply(
                        DeviceConfig.unchanged()
                                .withPrivateKey(key)
                                .withListenPort(51899)
                                .withPeer(addition(alpha, BLOCK, SINGLE)));
        DeviceState state = tunnel().state();
        assertEquals(key, state.privateKey());
        assertEquals(51899, state.listenPort());
        PeerState peer = state.peer(alpha).orElseThrow();
        assertEquals(preshared, peer.presharedKey());
        assertEquals(ENDPOINT, peer.endpoint());
        assertEquals(25, peer.persistentKeepalive());
        assertEquals(Set.of(BLOCK, SINGLE), new HashSet<>(peer.allowedIps()));
        assertNull(peer.lastHandshake());
    }

    @Test
    void aChangeLeavesAloneWhatItDoesNotName() throws IOException {
        start();
        tunnel().apply(
                        DeviceConfig.unchanged()
                                .withPeers(
                                        List.of(addition(alpha, BLOCK), addition(beta, SINGLE))));
        PeerState before = tunnel().state().peer(alpha).orElseThrow();
        tunnel().apply(DeviceConfig.unchanged().withPeer(PeerConfig.removal(beta)));
        assertEquals(before, tunnel().state().peer(alpha).orElseThrow());
        assertTrue(tunnel().state().peer(beta).isEmpty());
    }

    @Test
    void anAllowedIpBelongsToWhoeverGotItLast() throws IOException {
        start();
        tunnel().apply(
                        DeviceConfig.unchanged()
                                .withPeers(
                                        List.of(
                                                addition(alpha, BLOCK, SINGLE),
                                                addition(beta, SINGLE))));
        DeviceState state = tunnel().state();
        assertEquals(List.of(BLOCK), state.peer(alpha).orElseThrow().allowedIps());
        assertEquals(List.of(SINGLE), state.peer(beta).orElseThrow().allowedIps());
    }

    @Test
    void singleAllowedIpsAreTakenAndGiven() throws IOException {
        start();
        tunnel().apply(DeviceConfig.unchanged().withPeer(addition(alpha, SINGLE)));
        PeerConfig change =
                PeerConfig.of(alpha)
                        .updatingOnly()
                        .changingAllowedIps(List.of(SINGLE), List.of(BLOCK));
        tunnel().apply(DeviceConfig.unchanged().withPeer(change));
        assertEquals(List.of(BLOCK), tunnel().state().peer(alpha).orElseThrow().allowedIps());
    }

    @Test
    void aChangeOfAPeerThatIsGoneDoesNotMakeIt() throws IOException {
        start();
        PeerConfig change = PeerConfig.of(alpha).updatingOnly().withPersistentKeepalive(5);
        tunnel().apply(DeviceConfig.unchanged().withPeer(change));
        assertEquals(List.of(), tunnel().state().peers());
    }

    private void start() throws IOException {
        assertEquals(Tunnel.Found.STARTED, tunnel().ensure());
    }

    private PeerConfig addition(PublicKey key, IpPrefix... allowed) {
        return PeerConfig.of(key)
                .withPresharedKey(preshared)
                .withEndpoint(ENDPOINT)
                .withPersistentKeepalive(25)
                .withAllowedIps(Arrays.asList(allowed));
    }

    private static byte[] bytes(int value) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
