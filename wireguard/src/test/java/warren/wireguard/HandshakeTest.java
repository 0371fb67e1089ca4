// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static warren.wireguard.TestPair.MILLISECOND;
import static warren.wireguard.TestPair.SECOND;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class HandshakeTest {
    private final TestPair pair = new TestPair();
    private final TestNode a = pair.a;
    private final TestNode b = pair.b;

    @Test
    void differentPresharedKeysFailWithoutAnyEffectOnTheInitiator() {
        a.peer(b).setPresharedKey(new PresharedKey(filled(1)));
        pair.sendFromA(1);
        pair.deliver();
        assertEquals(1, a.drops(Drop.HANDSHAKE_REFUSED));
        assertNull(a.peer(b).lastHandshake());
        assertEquals(List.of(), b.delivered);

        pair.at(6 * SECOND);
        b.peer(a).setPresharedKey(new PresharedKey(filled(1)));
        a.timer();
        pair.deliver();
        assertEquals(1, b.delivered.size());
    }

    @Test
    void initiationForAnotherKeyIsRefusedByItsMac1() {
        TestNode other = TestNode.seeded("192.0.2.2", 99);
        pair.sendFromA(1);
        other.receive(a.sent.remove());
        assertEquals(1, other.drops(Drop.BAD_MAC1));
        assertEquals(0, other.sent.size());
    }

    @Test
    void initiationOfAStrangerIsNotAnswered() {
        b.device.removePeer(a.key());
        pair.sendFromA(1);
        pair.deliver();
        assertEquals(1, b.drops(Drop.UNKNOWN_PEER));
        assertEquals(0, b.sent.size());
    }

    @Test
    void replayedInitiationChangesNothing() {
        pair.sendFromA(1);
        TestNode.Wire initiation = a.sent.element();
        pair.deliver();
        pair.at(SECOND);
        b.receive(initiation.bytes(), Endpoint.of(IpAddress.parse("203.0.113.9"), 1000));
        assertEquals(1, b.drops(Drop.REPLAYED_INITIATION));
        assertEquals(0, b.sent.size());
        assertEquals(a.address, b.peer(a).endpoint());
    }

    @Test
    void olderInitiationIsAReplayAlsoAfterKeysWereZeroed() {
        pair.sendFromA(1);
        TestNode.Wire initiation = a.sent.element();
        pair.deliver();
        pair.timersAt(1000 * SECOND);
        b.device.down();
        b.device.up(b.now, b.outbox);
        b.receive(initiation);
        assertEquals(1, b.drops(Drop.REPLAYED_INITIATION));
    }

    @Test
    void initiationsOfAPeerAreAcceptedAtMostEveryTwentyMilliseconds() {
        TestNode.Wire first = initiationAt(0);
        TestNode.Wire second = initiationAt(6 * SECOND);
        TestNode.Wire third = initiationAt(12 * SECOND);
        b.now = 20 * SECOND;
        b.receive(first);
        b.now += 20 * MILLISECOND - 1;
        b.receive(second);
        assertEquals(1, b.drops(Drop.INITIATION_FLOOD));
        b.now += 1;
        b.receive(third);
        assertEquals(2, b.sent.size());
    }

    @Test
    void tamperedResponseIsRefusedAndTheTrueOneStillCounts() {
        pair.sendFromA(1);
        b.receive(a.sent.remove());
        TestNode.Wire response = b.sent.remove();
        for (int at = 0; at < MessageLayout.RESPONSE_LENGTH; at++) {
            byte[] wrong = response.bytes().clone();
            wrong[at] ^= 1;
            a.receive(wrong, b.address);
        }
        // the bytes of mac2 mean nothing while nobody is under load, so one of those was accepted
        assertEquals(MessageLayout.RESPONSE_LENGTH - MessageLayout.MAC, a.drops() - replays());
        assertEquals(1, a.sent.size());
        b.receive(a.sent.remove());
        assertEquals(1, b.delivered.size());
    }

    private long replays() {
        return a.drops(Drop.UNEXPECTED);
    }

    @Test
    void tamperedInitiationIsRefused() {
        pair.sendFromA(1);
        TestNode.Wire initiation = a.sent.remove();
        for (int at = 0; at < MessageLayout.INITIATION_MAC1 + MessageLayout.MAC; at++) {
            byte[] wrong = initiation.bytes().clone();
            wrong[at] ^= (byte) 0x80;
            b.receive(wrong, a.address);
            assertEquals(at + 1, b.drops());
            assertEquals(0, b.sent.size());
        }
        b.receive(initiation);
        assertEquals(1, b.sent.size());
    }

    @Test
    void eachHandshakeHasItsOwnIndexAndKeys() {
        TestNode.Wire first = initiationAt(0);
        TestNode.Wire second = initiationAt(6 * SECOND);
        assertNotEquals(
                MessageWriter.readInt(first.bytes(), MessageLayout.SENDER),
                MessageWriter.readInt(second.bytes(), MessageLayout.SENDER));
        b.receive(first);
        a.receive(b.sent.remove());
        assertEquals(1, a.drops(Drop.UNKNOWN_INDEX), "the first was given up for the second");
    }

    @Test
    void bothSidesBeginningAtOnceEndWithSessionsThatWork() {
        pair.sendFromA(1);
        pair.sendFromB(2);
        pair.deliver();
        assertEquals(1, a.delivered.size());
        assertEquals(1, b.delivered.size());
        pair.sendFromA(3);
        pair.sendFromB(4);
        pair.deliver();
        assertEquals(2, a.delivered.size());
        assertEquals(2, b.delivered.size());
        assertEquals(0, a.drops() + b.drops());
    }

    @Test
    void underLoadOnlyAnEchoedCookieIsWorthAKeyAgreement() {
        b.underLoad = true;
        pair.sendFromA(1);
        pair.deliver();
        assertEquals(1, b.drops(Drop.COOKIE_REQUIRED));
        assertEquals(List.of(), b.delivered);

        pair.at(6 * SECOND);
        a.timer();
        pair.deliver();
        assertEquals(1, b.delivered.size());
        assertEquals(1, b.drops(), "nothing more was dropped");
    }

    @Test
    void cookieIsBoundToTheSendersAddressAndPort() {
        b.underLoad = true;
        pair.sendFromA(1);
        pair.deliver();
        pair.at(6 * SECOND);
        a.timer();
        TestNode.Wire withCookie = a.sent.remove();
        b.receive(withCookie.bytes(), Endpoint.of(a.address.address(), 51821));
        b.receive(withCookie.bytes(), Endpoint.of(IpAddress.parse("192.0.2.9"), 51820));
        assertEquals(3, b.drops(Drop.COOKIE_REQUIRED));
        b.receive(withCookie);
        assertEquals(MessageKind.RESPONSE, b.sent.removeLast().kind());
    }

    @Test
    void cookieIsUsedForLessThanTwoMinutes() {
        b.underLoad = true;
        pair.sendFromA(1);
        pair.deliver();
        assertTrue(hasMac2(initiationAt(114 * SECOND)));
        assertTrue(!hasMac2(initiationAt(120 * SECOND)));
    }

    @Test
    void cookieReplyThatNobodyAskedForIsIgnored() {
        b.underLoad = true;
        pair.sendFromA(1);
        b.receive(a.sent.remove());
        TestNode.Wire reply = b.sent.remove();
        byte[] forged = reply.bytes().clone();
        forged[MessageLayout.COOKIE_REPLY_LENGTH - 1] ^= 1;
        a.receive(forged, b.address);
        assertEquals(1, a.drops(Drop.BAD_COOKIE));
        a.receive(reply);
        a.receive(reply);
        assertEquals(1, a.drops(Drop.UNEXPECTED));
    }

    @Test
    void responsesNeedACookieUnderLoadToo() {
        a.underLoad = true;
        pair.sendFromA(1);
        pair.deliver();
        assertEquals(1, a.drops(Drop.COOKIE_REQUIRED));
        pair.at(6 * SECOND);
        a.timer();
        pair.deliver();
        assertEquals(1, b.delivered.size());
    }

    @Test
    void provenAddressesAreLimitedUnderLoad() {
        b.underLoad = true;
        pair.sendFromA(1);
        pair.deliver();
        pair.at(6 * SECOND);
        a.timer();
        TestNode.Wire initiation = a.sent.remove();
        for (int i = 0; i < 100; i++) {
            b.receive(initiation);
        }
        assertTrue(b.drops(Drop.RATE_LIMITED) > 90, () -> "limited " + b.drops(Drop.RATE_LIMITED));
    }

    @Test
    void peerWithAKeyOfSmallOrderNeverShakesHands() {
        Peer odd = a.device.addPeer(new PublicKey(new byte[32]));
        odd.setEndpoint(b.address);
        odd.allow(IpPrefix.parse("10.9.0.0/16"));
        assertEquals(SealOutcome.STAGED, a.send(TestNode.ip("10.0.0.1", "10.9.0.1", 40, 0)));
        assertEquals(0, a.sent.size());
    }

    @Test
    void nothingIsAnsweredWithoutAPrivateKeyOrWhileDown() {
        pair.sendFromA(1);
        TestNode.Wire initiation = a.sent.remove();
        b.device.down();
        b.receive(initiation);
        b.device.up(0, b.outbox);
        b.device.setPrivateKey(new PrivateKey(new byte[32]));
        b.receive(initiation);
        assertEquals(2, b.drops(Drop.NOT_READY));
        assertEquals(0, b.sent.size());
    }

    @Test
    void handshakeTimeIsThatOfTheConfirmingSide() {
        pair.at(5 * SECOND);
        pair.sendFromA(1);
        b.receive(a.sent.remove());
        assertNull(b.peer(a).lastHandshake(), "the initiator may never have got the response");
        a.receive(b.sent.remove());
        assertEquals(5, a.peer(b).lastHandshake().getEpochSecond());
        pair.at(6 * SECOND);
        b.receive(a.sent.remove());
        assertEquals(6, b.peer(a).lastHandshake().getEpochSecond());
    }

    /// The initiation that `a` sends at `nanos` because of a packet.
    private TestNode.Wire initiationAt(long nanos) {
        a.now = nanos;
        pair.sendFromA(1);
        TestNode.Wire wire = a.sent.removeLast();
        assertEquals(MessageKind.INITIATION, wire.kind());
        return wire;
    }

    private static boolean hasMac2(TestNode.Wire initiation) {
        byte[] mac2 = new byte[MessageLayout.MAC];
        int at = MessageLayout.INITIATION_MAC1 + MessageLayout.MAC;
        return !Arrays.equals(initiation.bytes(), at, at + mac2.length, mac2, 0, mac2.length);
    }

    private static byte[] filled(int value) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
