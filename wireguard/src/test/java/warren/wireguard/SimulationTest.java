// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Two devices and a link in memory, with hours that pass in moments. What every run must keep is
/// in [SimWitness]; here is what particular runs must.
final class SimulationTest {
    private final SimNetwork network = new SimNetwork(1, 2);
    private final SimNode a = network.nodes.get(0);
    private final SimNode b = network.nodes.get(1);

    @Test
    void sixHoursOfRekeyingLoseNothing() {
        SimTraffic traffic = new SimTraffic(network);
        network.run(6, TimeUnit.HOURS);
        traffic.stop();
        network.run(1, TimeUnit.SECONDS);
        network.witness.checkAllDelivered(0, network.now());
        int initiations = network.witness.initiations();
        assertTrue(initiations >= 178 && initiations <= 200, initiations + " handshakes in 6 h");
    }

    @Test
    void oneWayTrafficLosesNothingEither() {
        every(500, () -> network.witness.send(a, b));
        network.run(1, TimeUnit.HOURS);
        int initiations = network.witness.initiations();
        network.witness.checkAllDelivered(0, network.now() - 10_000_000);
        assertTrue(initiations >= 29 && initiations <= 32, initiations + " handshakes in 1 h");
    }

    @Test
    void whoOnlyReceivesKeepsTheSenderSure() {
        every(500, () -> network.witness.send(a, b));
        network.run(100, TimeUnit.SECONDS);
        assertEquals(1, network.witness.initiations()); // else a would think b dead after 15 s
    }

    @Test
    void silenceIsSilent() {
        network.run(1, TimeUnit.HOURS);
        assertEquals(0, network.witness.datagrams());
    }

    @Test
    void anIdleSessionFallsSilentAndIsForgotten() {
        network.witness.send(a, b);
        network.run(30, TimeUnit.SECONDS);
        network.witness.checkAllDelivered(0, network.now());
        int datagrams = network.witness.datagrams();
        network.run(9, TimeUnit.MINUTES);
        assertEquals(datagrams, network.witness.datagrams());
        assertEquals(0, a.device().indices().size());
        assertEquals(0, b.device().indices().size());
    }

    @Test
    void aPeerThatIsGoneIsGivenUpAfter90Seconds() {
        network.setAllLinks(SimLink.DOWN);
        network.witness.send(a, b);
        network.run(20, TimeUnit.MINUTES);
        int initiations = network.witness.initiations();
        assertTrue(initiations >= 17 && initiations <= 19, initiations + " initiations");
        assertEquals(0, a.device().indices().size());
        network.setAllLinks(SimLink.GOOD);
        network.witness.send(a, b);
        network.run(1, TimeUnit.SECONDS);
        assertTrue(network.witness.deliveredSince(a, b, 0));
    }

    @Test
    void aRestartedPeerIsNoticedByWhoOnlySends() {
        every(500, () -> network.witness.send(a, b));
        network.run(30, TimeUnit.SECONDS);
        b.start();
        long restarted = network.now();
        network.run(21, TimeUnit.SECONDS); // 15 s without an answer, jitter, the 5 s between two
        assertTrue(network.witness.deliveredSince(a, b, restarted));
    }

    @Test
    void aRestartWithTheClockAYearBackIsHeardAtOnce() {
        network.witness.send(b, a);
        network.run(10, TimeUnit.MINUTES);
        b.setWallClockBy(-365 * 86_400);
        b.start();
        long restarted = network.now();
        network.witness.send(b, a);
        network.run(1, TimeUnit.SECONDS);
        assertTrue(network.witness.deliveredSince(b, a, restarted));
    }

    @Test
    void aPeerThatMovesIsFollowedByItsNextPacket() {
        network.witness.send(a, b);
        network.run(1, TimeUnit.SECONDS);
        b.moveUnderlay();
        network.witness.send(b, a);
        network.run(1, TimeUnit.SECONDS);
        long moved = network.now();
        network.witness.send(a, b);
        network.run(1, TimeUnit.SECONDS);
        assertTrue(network.witness.deliveredSince(a, b, moved));
        assertEquals(b.underlay(), a.peer(b).endpoint().address());
    }

    @Test
    void persistentKeepalivesKeepAMovingPeerReachable() {
        b.setPersistentKeepalive(25);
        network.run(1, TimeUnit.HOURS);
        b.moveUnderlay();
        network.run(26, TimeUnit.SECONDS);
        long moved = network.now();
        network.witness.send(a, b);
        network.run(1, TimeUnit.SECONDS);
        assertTrue(network.witness.deliveredSince(a, b, moved));
        int expected = 3600 / 25;
        int datagrams = network.witness.datagrams();
        assertTrue(datagrams >= expected && datagrams < 2 * expected, datagrams + " datagrams");
    }

    @Test
    void underLoadACookieLetsTheHandshakeThrough() {
        b.setUnderLoad(true);
        network.witness.send(a, b);
        network.run(1, TimeUnit.SECONDS);
        assertTrue(!network.witness.deliveredSince(a, b, 0));
        assertEquals(1, b.device().drops().count(Drop.COOKIE_REQUIRED));
        assertNull(a.peer(b).lastHandshake());
        network.run(6, TimeUnit.SECONDS);
        assertTrue(network.witness.deliveredSince(a, b, 0));
    }

    @Test
    void bothBeginningAtOnceAgree() {
        for (int round = 0; round < 20; round++) {
            network.witness.send(a, b);
            network.witness.send(b, a);
            network.run(10, TimeUnit.MINUTES); // long enough to need new sessions
        }
        network.witness.checkAllDelivered(0, network.now());
    }

    /// When both begin at once there are two sessions, one for each direction, and both sides renew
    /// theirs when it is their time: over a long way many packets are on it then.
    @Test
    void crossedSessionsAreRenewedWithoutLoss() {
        long delay = TimeUnit.MILLISECONDS.toNanos(150);
        network.setAllLinks(new SimLink(0, 0, delay, delay));
        every(40, () -> network.witness.send(a, b));
        every(40, () -> network.witness.send(b, a));
        network.run(10, TimeUnit.MINUTES);
        network.witness.checkAllDelivered(TimeUnit.SECONDS.toNanos(10), network.now() - 2 * delay);
    }

    private void every(long millis, Runnable action) {
        action.run();
        network.after(TimeUnit.MILLISECONDS.toNanos(millis), () -> every(millis, action));
    }
}
