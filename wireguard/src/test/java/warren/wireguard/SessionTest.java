// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static warren.wireguard.TestPair.SECOND;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Which of its sessions a peer uses, while they replace each other.
class SessionTest {
    private final ClearAead aead = new ClearAead();
    private final TestPair pair = ClearAead.pair(aead);
    private final TestNode a = pair.a;
    private final TestNode b = pair.b;

    @Test
    void responderDoesNotSendBeforeTheInitiatorHasUsedTheSession() {
        pair.sendFromA(1);
        b.receive(a.sent.remove());
        b.now = SECOND;
        assertEquals(SealOutcome.STAGED, pair.sendFromB(2));
        TestNode.Wire response = b.sent.remove();
        assertEquals(MessageKind.RESPONSE, response.kind());
        b.sent.clear(); // the initiation that the packet asked for
        a.receive(response);
        b.receive(a.sent.remove());
        assertEquals(MessageKind.TRANSPORT, b.sent.remove().kind(), "the staged packet");
    }

    @Test
    void oldSessionIsUsedUntilTheNewOneIsConfirmed() {
        pair.connect();
        pair.at(130 * SECOND);
        pair.sendFromA(1); // renews
        b.receive(a.sent.remove());
        b.receive(a.sent.remove());
        TestNode.Wire response = b.sent.remove();
        assertEquals(SealOutcome.SEALED, pair.sendFromB(2));
        a.receive(response);
        TestNode.Wire confirmation = a.sent.remove();
        a.receive(b.sent.remove());
        assertEquals(1, a.delivered.size(), "sent with the old one, received after the new one");
        b.receive(confirmation);
        pair.sendFromB(3);
        pair.deliver();
        assertEquals(2, a.delivered.size());
        assertEquals(0, a.drops() + b.drops());
    }

    @Test
    void sessionBeforeThePreviousOneIsClosed() {
        pair.connect();
        pair.sendFromA(1);
        TestNode.Wire fromFirst = a.sent.remove();
        for (int i = 1; i <= 2; i++) {
            pair.at(130L * i * SECOND);
            pair.sendFromA(2);
            pair.deliver();
        }
        b.receive(fromFirst);
        assertEquals(1, b.drops(Drop.UNKNOWN_INDEX));
        assertEquals(8, aead.open.get(), "two sessions of two keys on either side");
    }

    @Test
    void unansweredResponsesDoNotPileUp() {
        pair.connect();
        for (int i = 1; i <= 10; i++) {
            pair.at(6L * i * SECOND);
            a.device.initiate(a.peer(b), a.now, a.outbox);
            a.drain();
            b.receive(a.sent.remove());
            b.sent.clear();
        }
        assertEquals(2, b.device.indices().size(), "current and next");
    }

    @Test
    void removedPeerLeavesNothingBehind() {
        pair.connect();
        pair.sendFromA(1);
        TestNode.Wire data = a.sent.remove();
        Peer removed = b.peer(a);
        b.device.removePeer(a.key());
        assertNull(b.peer(a));
        assertNull(b.device.route(IpAddress.parse("10.0.0.1")));
        assertEquals(0, b.device.indices().size());
        b.receive(data);
        assertEquals(1, b.drops(Drop.UNKNOWN_INDEX));
        removed.allow(IpPrefix.parse("0.0.0.0/0"));
        assertNull(b.device.route(IpAddress.parse("10.0.0.1")), "who still holds it is too late");
        assertEquals(SealOutcome.DOWN, removed.seal(b.batch, 0, 1, TestNode.MTU, b.now, b.outbox));
    }

    @Test
    void downWipesAllKeysAndUpBeginsAnew() {
        pair.connect();
        a.device.down();
        b.device.down();
        assertEquals(0, aead.open.get());
        assertNull(a.device.route(IpAddress.parse("10.0.0.77")));
        assertEquals(SealOutcome.DOWN, pair.sendFromA(1));
        a.device.up(0, a.outbox);
        b.device.up(0, b.outbox);
        pair.at(SECOND);
        pair.sendFromA(2);
        pair.deliver();
        assertEquals(List.of(), a.delivered);
        assertEquals(1, b.delivered.size());
    }

    @Test
    void upSendsPersistentKeepalivesAtOnce() {
        a.device.down();
        a.peer(b).setPersistentKeepalive(25, 0, a.outbox);
        a.drain();
        assertEquals(0, a.sent.size());
        a.device.up(0, a.outbox);
        a.drain();
        assertEquals(MessageKind.INITIATION, a.sent.remove().kind());
    }

    @Test
    void newPrivateKeyEndsSendingButNotReceiving() {
        pair.connect();
        pair.sendFromB(1);
        PublicKey before = a.key();
        byte[] key = new byte[32];
        key[0] = 8;
        a.device.setPrivateKey(new PrivateKey(key));
        pair.deliver();
        assertEquals(1, a.delivered.size(), "what was on its way arrives");
        assertEquals(SealOutcome.STAGED, pair.sendFromA(2));
        b.device.removePeer(before);
        b.addPeer(a, "10.0.0.1/32");
        pair.deliver();
        assertEquals(1, b.delivered.size());
    }

    @Test
    void samePrivateKeyAgainChangesNothing() {
        pair.connect();
        a.device.setPrivateKey(a.device.privateKey());
        assertEquals(SealOutcome.SEALED, pair.sendFromA(1));
    }

    @Test
    void peerThatIsOurselvesIsNotAddedAndIsRemovedWhenWeBecomeIt() {
        assertNull(a.device.addPeer(a.key()));
        byte[] key = new byte[32];
        key[5] = 1;
        PrivateKey future = new PrivateKey(key);
        PublicKey futurePublic = new X25519().publicKey(future);
        assertNotNull(a.device.addPeer(futurePublic));
        a.device.setPrivateKey(future);
        assertNull(a.device.peer(futurePublic));
        assertEquals(1, a.device.peers().size());
    }

    @Test
    void privateKeyOfTheCallerIsItsOwn() {
        PrivateKey copy = a.device.privateKey();
        copy.destroy();
        PrivateKey still = a.device.privateKey();
        assertEquals(a.key(), new X25519().publicKey(still));
    }

    @Test
    void allowedIpsMoveBetweenPeers() {
        Peer other = a.device.addPeer(TestNode.seeded("192.0.2.3", 3).key());
        other.allow(IpPrefix.parse("10.0.0.2/32"));
        assertEquals(other, a.device.route(IpAddress.parse("10.0.0.2")));
        assertEquals(List.of(IpPrefix.parse("fd00::2/128")), a.peer(b).allowedIps());
        a.peer(b).disallow(IpPrefix.parse("10.0.0.2/32"));
        assertEquals(other, a.device.route(IpAddress.parse("10.0.0.2")), "not its to give up");
        other.disallowAll();
        assertNull(a.device.route(IpAddress.parse("10.0.0.2")));
    }

    @Test
    void packetsStagedBeforeASessionBeganElsewhereAreNotForgotten() {
        // The packet is staged on the way out while the way in completes the handshake: whichever
        // comes last must flush. Here both orders, one after the other.
        pair.sendFromA(1);
        b.receive(a.sent.remove());
        pair.sendFromA(2);
        a.receive(b.sent.remove());
        pair.deliver();
        assertEquals(2, b.delivered.size());
    }
}
