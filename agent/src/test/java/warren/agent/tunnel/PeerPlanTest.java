// SPDX-License-Identifier: Apache-2.0
package warren.agent.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import warren.tunnel.DeviceConfig;
import warren.tunnel.PeerConfig;
import warren.wireguard.Endpoint;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;
import warren.wireguard.PresharedKey;
import warren.wireguard.PublicKey;

/// Wishes in, changes out, applied to a device in memory. Time is a parameter.
class PeerPlanTest {
    private static final Endpoint FIRST = endpoint("192.0.2.1");
    private static final Endpoint SECOND = endpoint("192.0.2.2");
    private static final Endpoint ROAMED = endpoint("198.51.100.77");
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final PublicKey alpha = key(1);
    private final PublicKey beta = key(2);
    private final FakeTunnel device = new FakeTunnel();
    private final PeerPlan plan = new PeerPlan();

    @BeforeEach
    void start() {
        assertEquals(Tunnel.Found.STARTED, device.ensure());
    }

    @Test
    void peersAreMadeAsWished() throws IOException {
        settle(START, wish(alpha, List.of(FIRST), "10.100.4.0/26", "fd11::1/128"));
        assertEquals(
                """
                [Peer] %s
                AllowedIPs = 10.100.4.0/26, fd11::1/128
                Endpoint = 192.0.2.1:51820
                """
                        .formatted(alpha),
                device.render());
    }

    @Test
    void nothingIsChangedWhereNothingDiffers() throws IOException {
        PeerWish wish = wish(alpha, List.of(FIRST), "10.100.4.0/26");
        settle(START, wish);
        assertEquals(List.of(), changes(START.plusSeconds(1), wish));
    }

    @Test
    void aPeerThatIsNotWishedGoesAndTheOthersAreNotTouched() throws IOException {
        PeerWish stays = wish(alpha, List.of(FIRST), "10.100.4.0/26");
        settle(START, stays, wish(beta, List.of(SECOND), "10.100.5.0/26"));
        List<PeerConfig> changes = changes(START.plusSeconds(1), stays);
        assertEquals(List.of(PeerConfig.removal(beta)), changes);
    }

    @Test
    void onlyTheAllowedIpsThatDifferAreNamed() throws IOException {
        settle(START, wish(alpha, List.of(FIRST), "10.100.4.0/26", "10.100.0.3/32"));
        PeerConfig change =
                only(
                        changes(
                                START.plusSeconds(1),
                                wish(alpha, List.of(FIRST), "10.100.4.0/26", "10.100.0.9/32")));
        assertTrue(change.updateOnly());
        assertEquals(List.of(IpPrefix.parse("10.100.0.3/32")), change.removeAllowedIps());
        assertEquals(List.of(IpPrefix.parse("10.100.0.9/32")), change.addAllowedIps());
        assertNull(change.presharedKey());
        assertNull(change.endpoint());
    }

    @Test
    void aRoamedEndpointThatWorksIsNeverOverwritten() throws IOException {
        PeerWish wish = wish(alpha, List.of(FIRST, SECOND), "10.100.4.0/26");
        settle(START, wish);
        for (int seconds = 1; seconds < 3600; seconds += 5) {
            Instant now = START.plusSeconds(seconds);
            device.roam(alpha, ROAMED, now.minusSeconds(100));
            assertEquals(List.of(), changes(now, wish));
        }
        Instant later = START.plusSeconds(3600);
        device.roam(alpha, ROAMED, later.minusSeconds(100));
        assertEquals(List.of(), changes(later, wish(alpha, List.of(SECOND), "10.100.4.0/26")));
    }

    @Test
    void aQuietEndpointIsReplacedByTheNextCandidateAfterItsTime() throws IOException {
        PeerWish wish = wish(alpha, List.of(FIRST, SECOND), "10.100.4.0/26");
        settle(START, wish);
        device.send(alpha);
        assertEquals(List.of(), changes(START.plusSeconds(9), wish));
        assertEquals(SECOND, only(settle(START.plusSeconds(10), wish)).endpoint());
        device.send(alpha);
        assertEquals(List.of(), settle(START.plusSeconds(19), wish));
        assertEquals(FIRST, only(settle(START.plusSeconds(20), wish)).endpoint());
    }

    @Test
    void anEndpointIsOnTrialWhileItIsAskedAndDoesNotAnswer() throws IOException {
        PeerWish wish = wish(alpha, List.of(FIRST, SECOND), "10.100.4.0/26");
        settle(START, wish);
        assertTrue(plan.isTrying(), "just set");
        settle(START.plusSeconds(5), wish);
        assertFalse(plan.isTrying(), "nothing was sent to it");
        device.send(alpha);
        settle(START.plusSeconds(9), wish);
        assertTrue(plan.isTrying(), "what was sent is not answered");
        device.roam(alpha, FIRST, START.plusSeconds(9));
        settle(START.plusSeconds(10), wish);
        assertFalse(plan.isTrying(), "it answers");
    }

    @Test
    void theOnlyEndpointThereIsIsNotOnTrial() throws IOException {
        PeerWish wish = wish(alpha, List.of(FIRST), "10.100.4.0/26");
        settle(START, wish);
        device.send(alpha);
        settle(START.plusSeconds(5), wish);
        assertFalse(plan.isTrying());
        device.roam(alpha, ROAMED, START);
        device.send(alpha);
        settle(START.plusSeconds(200), wish);
        assertTrue(plan.isTrying(), "it roamed, and is quiet now");
    }

    @Test
    void aRoamedEndpointThatWentQuietGetsItsTimeToo() throws IOException {
        PeerWish wish = wish(alpha, List.of(FIRST, SECOND), "10.100.4.0/26");
        settle(START, wish);
        device.roam(alpha, ROAMED, START);
        assertEquals(List.of(), settle(START.plusSeconds(100), wish));
        Instant quiet = START.plusSeconds(181);
        assertEquals(List.of(), settle(quiet, wish));
        device.send(alpha);
        assertEquals(List.of(), settle(quiet.plusSeconds(9), wish));
        assertEquals(FIRST, only(settle(quiet.plusSeconds(10), wish)).endpoint());
    }

    @Test
    void aRoamedEndpointStaysWhileNothingIsSentToIt() throws IOException {
        PeerWish wish = wish(alpha, List.of(FIRST, SECOND), "10.100.4.0/26");
        settle(START, wish);
        device.roam(alpha, ROAMED, START);
        for (int seconds = 1; seconds < 3600; seconds += 5) {
            assertEquals(List.of(), settle(START.plusSeconds(seconds), wish));
        }
        Instant asked = START.plusSeconds(3600);
        device.send(alpha);
        assertEquals(List.of(), settle(asked, wish));
        assertEquals(FIRST, only(settle(asked.plusSeconds(10), wish)).endpoint());
    }

    @Test
    void newlyAnnouncedEndpointsAreTriedAtOnceWhereTheOldOneIsQuiet() throws IOException {
        settle(START, wish(alpha, List.of(FIRST), "10.100.4.0/26"));
        PeerWish moved = wish(alpha, List.of(SECOND), "10.100.4.0/26");
        assertEquals(SECOND, only(settle(START.plusSeconds(1), moved)).endpoint());
    }

    @Test
    void oneCandidateIsNotSetAgainAndAgain() throws IOException {
        PeerWish wish = wish(alpha, List.of(FIRST), "10.100.4.0/26");
        settle(START, wish);
        for (int seconds = 1; seconds < 200; seconds += 5) {
            assertEquals(List.of(), settle(START.plusSeconds(seconds), wish));
        }
    }

    @Test
    void aPeerWithoutEndpointGetsOneAsSoonAsItIsKnown() throws IOException {
        settle(START, wish(alpha, List.of(), "10.100.4.0/26"));
        PeerWish known = wish(alpha, List.of(FIRST), "10.100.4.0/26");
        assertEquals(FIRST, only(settle(START.plusSeconds(1), known)).endpoint());
    }

    @Test
    void aMovedAllowedIpEndsAtItsNewPeer() throws IOException {
        settle(
                START,
                wish(alpha, List.of(FIRST), "10.100.0.3/32"),
                wish(beta, List.of(SECOND), "10.100.5.0/26"));
        PeerWish[] moved = {
            wish(alpha, List.of(FIRST)),
            wish(beta, List.of(SECOND), "10.100.5.0/26", "10.100.0.3/32")
        };
        settle(START.plusSeconds(1), moved);
        assertTrue(
                device.render().contains("AllowedIPs = 10.100.0.3/32, 10.100.5.0/26"),
                device.render());
        assertEquals(List.of(), changes(START.plusSeconds(2), moved));
    }

    @Test
    void anotherPresharedKeyIsSetAndNothingElse() throws IOException {
        settle(START, wish(alpha, List.of(FIRST), "10.100.4.0/26"));
        byte[] other = new byte[32];
        Arrays.fill(other, (byte) 9);
        PeerWish wish =
                new PeerWish(
                        alpha,
                        new PresharedKey(other),
                        List.of(IpPrefix.parse("10.100.4.0/26")),
                        List.of(FIRST),
                        0);
        PeerConfig change = only(changes(START.plusSeconds(1), wish));
        assertEquals(
                PeerConfig.of(alpha).updatingOnly().withPresharedKey(new PresharedKey(other)),
                change);
    }

    private List<PeerConfig> settle(Instant now, PeerWish... wishes) throws IOException {
        List<PeerConfig> changes = changes(now, wishes);
        device.apply(DeviceConfig.unchanged().withPeers(changes));
        return changes;
    }

    private List<PeerConfig> changes(Instant now, PeerWish... wishes) throws IOException {
        return plan.changes(List.of(wishes), device.state().peers(), now);
    }

    private static PeerConfig only(List<PeerConfig> changes) {
        assertEquals(1, changes.size(), changes.toString());
        return changes.getFirst();
    }

    private static PeerWish wish(PublicKey key, List<Endpoint> candidates, String... allowed) {
        byte[] psk = new byte[32];
        Arrays.fill(psk, (byte) 7);
        return new PeerWish(
                key,
                new PresharedKey(psk),
                Arrays.stream(allowed).map(IpPrefix::parse).toList(),
                candidates,
                0);
    }

    private static Endpoint endpoint(String address) {
        return Endpoint.of(IpAddress.parse(address), 51820);
    }

    private static PublicKey key(int seed) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) seed);
        return new PublicKey(bytes);
    }
}
