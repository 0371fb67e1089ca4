// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static warren.wireguard.TestPair.MILLISECOND;
import static warren.wireguard.TestPair.SECOND;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Each timer at its deadline and not a nanosecond before.
class TimersTest {
    private static final long JITTER_MAX = 333 * MILLISECOND;

    private final TestPair pair = TestPair.connected();
    private final TestNode a = pair.a;
    private final TestNode b = pair.b;

    @Test
    void keepaliveAnswersPayloadAfterTenSecondsOfSilence() {
        pair.timersAt(10 * SECOND - 1);
        assertEquals(0, b.sent.size());
        pair.timersAt(10 * SECOND);
        assertEquals(MessageLayout.TRANSPORT_MIN_LENGTH, b.sent.remove().bytes().length);
        pair.timersAt(60 * SECOND);
        assertEquals(0, b.sent.size(), "once is enough");
    }

    @Test
    void keepaliveIsNotNeededWhereSomethingWasSent() {
        pair.at(3 * SECOND);
        pair.sendFromB(1);
        pair.deliver();
        pair.timersAt(10 * SECOND);
        assertEquals(0, b.sent.size());
    }

    @Test
    void secondKeepaliveFollowsWherePayloadWentOnComing() {
        pair.at(9 * SECOND);
        pair.sendFromA(2);
        pair.deliver();
        pair.timersAt(10 * SECOND);
        assertEquals(1, b.sent.size());
        b.sent.clear(); // lost
        pair.timersAt(20 * SECOND - 1);
        assertEquals(0, b.sent.size());
        pair.timersAt(20 * SECOND);
        assertEquals(1, b.sent.size());
        pair.timersAt(100 * SECOND);
        assertEquals(1, b.sent.size());
    }

    @Test
    void unansweredPayloadBeginsANewHandshakeAfterFifteenSeconds() {
        pair.timersAt(15 * SECOND - 1);
        assertEquals(0, a.sent.size());
        a.now = 15 * SECOND + JITTER_MAX;
        a.timer();
        assertEquals(MessageKind.INITIATION, a.sent.remove().kind());
    }

    @Test
    void answeredPayloadBeginsNone() {
        pair.timersAt(10 * SECOND);
        pair.deliver(); // the keepalive
        pair.timersAt(100 * SECOND);
        assertEquals(0, a.sent.size());
    }

    @Test
    void onlyTheFirstUnansweredPacketCounts() {
        for (int second = 1; second < 15; second++) {
            pair.at(second * SECOND);
            pair.sendFromA(1);
        }
        a.sent.clear();
        a.now = 15 * SECOND + JITTER_MAX;
        a.timer();
        assertEquals(MessageKind.INITIATION, a.sent.remove().kind());
    }

    @Test
    void newHandshakeLetsRoutingChooseTheSourceAgain() {
        Peer peer = a.peer(b);
        IpAddress local = IpAddress.parse("192.0.2.1");
        peer.setEndpoint(new Endpoint(b.address.address(), 51820, 0, local, 3));
        a.now = 16 * SECOND;
        a.timer();
        assertEquals(b.address, peer.endpoint());
    }

    @Test
    void handshakeIsRetriedEveryFiveSecondsWithJitterAndGivenUpAfterNinety() {
        TestPair fresh = new TestPair();
        fresh.sendFromA(1);
        List<Long> times = new ArrayList<>(List.of(0L));
        fresh.a.sent.clear();
        long next = fresh.a.timer();
        while (next < 600 * SECOND && times.size() < 100) {
            fresh.a.now = next;
            next = fresh.a.timer();
            if (!fresh.a.sent.isEmpty()) {
                times.add(fresh.a.now);
                fresh.a.sent.clear();
            }
        }
        for (int i = 1; i < times.size(); i++) {
            long gap = times.get(i) - times.get(i - 1);
            assertTrue(gap >= 5 * SECOND && gap <= 5 * SECOND + JITTER_MAX, "gap " + gap);
        }
        assertTrue(times.getLast() < 90 * SECOND, "last at " + times.getLast());
        assertTrue(times.getLast() > 84 * SECOND, "last at " + times.getLast());
        assertEquals(1, fresh.a.drops(Drop.STAGED_GIVEN_UP));
    }

    @Test
    void newPacketStartsTheNinetySecondsAgain() {
        TestPair fresh = new TestPair();
        fresh.sendFromA(1);
        for (long at = 0; at < 170 * SECOND; at += SECOND) {
            fresh.a.now = at;
            fresh.a.timer();
            if (at == 85 * SECOND) {
                fresh.sendFromA(2);
            }
            if (at == 92 * SECOND) {
                fresh.a.sent.clear();
            }
        }
        assertTrue(fresh.a.sent.size() > 12, "sent " + fresh.a.sent.size());
    }

    @Test
    void packetsThatWaitDoNotMultiplyInitiations() {
        TestPair fresh = new TestPair();
        for (int i = 0; i < 50; i++) {
            fresh.a.now = 100L * i * MILLISECOND;
            fresh.sendFromA(1);
        }
        assertEquals(1, fresh.a.sent.size());
    }

    @Test
    void initiatorRenewsTheSessionWhenItSendsAfterTwoMinutes() {
        pair.at(120 * SECOND - 1);
        pair.sendFromA(1);
        assertEquals(List.of(MessageKind.TRANSPORT), kinds(a));
        pair.at(120 * SECOND);
        pair.sendFromA(1);
        assertEquals(List.of(MessageKind.TRANSPORT, MessageKind.INITIATION), kinds(a));
    }

    @Test
    void responderDoesNotRenewByTime() {
        pair.at(179 * SECOND);
        pair.sendFromB(1);
        assertEquals(List.of(MessageKind.TRANSPORT), kinds(b));
    }

    @Test
    void initiatorThatOnlyReceivesRenewsAfter165SecondsAndOnlyOnce() {
        pair.at(165 * SECOND - 1);
        pair.sendFromB(1);
        pair.deliver();
        assertEquals(List.of(), kinds(a));
        pair.at(165 * SECOND);
        pair.sendFromB(2);
        a.receive(b.sent.remove());
        assertEquals(List.of(MessageKind.INITIATION), kinds(a));
        pair.at(171 * SECOND);
        pair.sendFromB(3);
        a.receive(b.sent.remove());
        assertEquals(List.of(), kinds(a), "the retry timer sees to it now");
    }

    @Test
    void sessionIsRenewedByMessageCount() {
        pair.at(6 * SECOND); // no initiation sooner
        a.device.keypair(loadedBy(pair.sendFromBWire()), 0).skipTo((1L << 60) - 2);
        pair.sendFromA(1);
        assertEquals(List.of(MessageKind.TRANSPORT), kinds(a));
        pair.sendFromA(1);
        assertEquals(List.of(MessageKind.TRANSPORT, MessageKind.INITIATION), kinds(a));
    }

    @Test
    void sessionThatUsedUpItsCountersSendsNothingMore() {
        pair.at(6 * SECOND);
        Keypair keypair = a.device.keypair(loadedBy(pair.sendFromBWire()), 0);
        keypair.skipTo(ProtocolConstants.REJECT_AFTER_MESSAGES - 1);
        assertEquals(SealOutcome.SEALED, pair.sendFromA(1));
        assertEquals(SealOutcome.STAGED, pair.sendFromA(2));
        pair.deliver();
        assertEquals(2, b.delivered.size());
    }

    @Test
    void sessionSendsAndReceivesFor180SecondsAndNoLonger() {
        pair.at(180 * SECOND - 1);
        assertEquals(SealOutcome.SEALED, pair.sendFromA(1));
        TestNode.Wire data = a.sent.removeFirst();
        pair.at(180 * SECOND);
        b.receive(data);
        assertEquals(1, b.drops(Drop.EXPIRED_SESSION));
        assertEquals(SealOutcome.STAGED, pair.sendFromB(1));
        assertEquals(MessageKind.INITIATION, b.sent.remove().kind());
    }

    @Test
    void keysAreWipedAfterNineMinutesWithoutANewSession() {
        ClearAead aead = new ClearAead();
        TestPair clear = ClearAead.pair(aead);
        clear.connect();
        assertEquals(4, aead.open.get());
        clear.timersAt(540 * SECOND - 1);
        assertEquals(4, aead.open.get());
        clear.timersAt(540 * SECOND);
        assertEquals(0, aead.open.get());
        assertEquals(0, clear.b.device.indices().size());
    }

    @Test
    void handshakeGivenUpIsWipedToo() {
        TestPair fresh = new TestPair();
        fresh.sendFromA(1);
        for (long at = 0; at < 95 * SECOND; at += SECOND) {
            fresh.a.now = at;
            fresh.a.timer();
        }
        assertEquals(1, fresh.a.device.indices().size());
        fresh.a.now = 95 * SECOND + 540 * SECOND;
        fresh.a.timer();
        assertEquals(0, fresh.a.device.indices().size());
    }

    @Test
    void persistentKeepaliveIsSentAtOnceAndThenWhenNothingElseWas() {
        a.peer(b).setPersistentKeepalive(25, a.now, a.outbox);
        a.drain();
        assertEquals(1, a.sent.size());
        pair.run(20 * SECOND);
        pair.sendFromA(1);
        pair.run(31 * SECOND); // answered by a keepalive at 30
        pair.timersAt(55 * SECOND - 1);
        assertEquals(List.of(), kinds(a));
        pair.timersAt(55 * SECOND);
        assertEquals(List.of(MessageKind.TRANSPORT), kinds(a));
    }

    @Test
    void persistentKeepaliveNeedsNoSessionToBegin() {
        TestPair fresh = new TestPair();
        fresh.a.peer(fresh.b).setPersistentKeepalive(5, 0, fresh.a.outbox);
        fresh.a.drain();
        assertEquals(List.of(MessageKind.INITIATION), kinds(fresh.a));
    }

    @Test
    void persistentKeepaliveGoesOnForEverThoughNobodyAnswers() {
        TestPair fresh = new TestPair();
        fresh.a.peer(fresh.b).setPersistentKeepalive(60, 0, fresh.a.outbox);
        fresh.a.drain();
        for (long at = 0; at < 4000 * SECOND; at += SECOND) {
            fresh.a.now = at;
            fresh.a.timer();
            if (at == 3800 * SECOND) {
                fresh.a.sent.clear();
            }
        }
        assertFalse(fresh.a.sent.isEmpty());
    }

    @Test
    void persistentKeepaliveStopsWhenTurnedOff() {
        Peer peer = a.peer(b);
        peer.setPersistentKeepalive(10, a.now, a.outbox);
        peer.setPersistentKeepalive(0, a.now, a.outbox);
        a.drain();
        pair.deliver();
        b.timer();
        pair.deliver();
        a.now = 14 * SECOND;
        a.timer();
        assertEquals(0, a.sent.size());
    }

    @Test
    void idleTunnelFallsSilentAndWakesByTraffic() {
        pair.run(3600 * SECOND);
        assertEquals(0, a.sent.size() + b.sent.size());
        long sent = a.peer(b).sentBytes();
        pair.sendFromA(5);
        pair.deliver();
        assertEquals(1, b.delivered.size());
        assertTrue(a.peer(b).sentBytes() > sent);
    }

    @Test
    void busyTunnelRenewsItsSessionAboutEveryTwoMinutes() {
        for (int second = 1; second <= 3600; second++) {
            pair.run(second * SECOND);
            assertEquals(SealOutcome.SEALED, pair.sendFromA(1), "at " + second);
            assertEquals(SealOutcome.SEALED, pair.sendFromB(1), "at " + second);
            pair.deliver();
        }
        assertEquals(3600, b.delivered.size());
        assertEquals(3600, a.delivered.size());
        assertEquals(0, a.drops() + b.drops());
        assertTrue(a.peer(b).lastHandshake().getEpochSecond() > 3600 - 122);
    }

    @Test
    void nothingIsDueLongAfterDown() {
        a.device.down();
        assertEquals(ProtocolConstants.IDLE_CHECK, a.timer() - a.now);
        a.now = 600 * SECOND;
        a.timer();
        assertEquals(0, a.sent.size());
    }

    @Test
    void timersWorkAcrossTheWrapOfTheClock() {
        long start = Long.MAX_VALUE - 5 * SECOND;
        TestPair wrapping = new TestPair();
        wrapping.at(start);
        wrapping.connect();
        wrapping.timersAt(start + 10 * SECOND - 1);
        assertEquals(0, wrapping.b.sent.size());
        wrapping.timersAt(start + 10 * SECOND);
        assertEquals(1, wrapping.b.sent.size());
    }

    @Test
    void nextDeadlineIsTheEarliest() {
        PeerTimers timers = new PeerTimers();
        assertEquals(99, timers.next(99));
        timers.sentInitiation(0);
        timers.receivedPayload(0);
        timers.sessionBegun(0);
        assertEquals(5 * SECOND, timers.next(SECOND * 1000));
        timers.handshakeCompleted();
        assertEquals(10 * SECOND, timers.next(SECOND * 1000));
        assertNull(timers.takeDue(10 * SECOND - 1));
        assertEquals(PeerTimers.Due.KEEPALIVE, timers.takeDue(10 * SECOND));
        assertEquals(540 * SECOND, timers.next(SECOND * 1000));
    }

    private PacketBatch loadedBy(TestNode.Wire wire) {
        a.receive(wire);
        a.delivered.clear();
        a.batch.offset[0] = 0;
        return a.batch;
    }

    private static List<MessageKind> kinds(TestNode node) {
        List<MessageKind> kinds = node.sent.stream().map(TestNode.Wire::kind).toList();
        node.sent.clear();
        return kinds;
    }

    @Test
    void dueTimersComeInTheOrderOfTheTable() {
        PeerTimers timers = new PeerTimers();
        timers.persistentSeconds(1, 0);
        timers.sentPayload(0);
        timers.receivedPayload(0);
        timers.sentPayload(0);
        timers.receivedPayload(0);
        timers.sessionBegun(0);
        timers.sentPayload(0);
        timers.receivedPayload(0);
        timers.sentInitiation(0);
        timers.sentPayload(0);
        List<PeerTimers.Due> due = new ArrayList<>();
        for (PeerTimers.Due d = timers.takeDue(1000 * SECOND);
                d != null;
                d = timers.takeDue(1000 * SECOND)) {
            due.add(d);
        }
        assertArrayEquals(
                new PeerTimers.Due[] {
                    PeerTimers.Due.RETRY_HANDSHAKE,
                    PeerTimers.Due.NEW_HANDSHAKE,
                    PeerTimers.Due.ZERO_KEYS,
                    PeerTimers.Due.PERSISTENT_KEEPALIVE
                },
                due.toArray());
    }
}
