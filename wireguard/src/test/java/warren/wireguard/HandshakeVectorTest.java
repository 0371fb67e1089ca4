// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every byte of whole handshakes with fixed keys, against an independent computation.
class HandshakeVectorTest {
    static List<Vectors.Vector> vectors() {
        return Vectors.read("handshake.txt");
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void initiatorSaysWhatTheWhitepaperSays(Vectors.Vector v) {
        TestNode initiator = initiator(v);
        initiator.send(v.bytes("payload"));
        assertArrayEquals(v.bytes("initiation"), initiator.sent.remove().bytes());

        initiator.receive(v.bytes("response"), responderAddress());
        assertArrayEquals(v.bytes("first"), initiator.sent.remove().bytes(), "not a keepalive");
        assertArrayEquals(swapped(v.bytes("payload")), replyTo(initiator, v));
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void responderAnswersWhatTheWhitepaperSays(Vectors.Vector v) {
        TestNode responder = responder(v, "ephemeral_responder");
        responder.receive(v.bytes("initiation"), initiatorAddress());
        assertArrayEquals(v.bytes("response"), responder.sent.remove().bytes());

        responder.receive(v.bytes("keepalive"), initiatorAddress());
        responder.receive(v.bytes("data"), initiatorAddress());
        assertArrayEquals(v.bytes("payload"), responder.delivered.removeFirst());
        assertEquals(SealOutcome.SEALED, responder.send(swapped(v.bytes("payload"))));
        assertArrayEquals(v.bytes("reply"), responder.sent.remove().bytes());
        assertEquals(0, responder.drops());
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void initiatorConfirmsWithAKeepaliveWhenItHasNothingToSay(Vectors.Vector v) {
        TestNode initiator = initiator(v);
        Peer peer = initiator.device.peers().getFirst();
        peer.setPersistentKeepalive(25, 0, initiator.outbox);
        initiator.drain();
        initiator.sent.clear();
        initiator.receive(v.bytes("response"), responderAddress());
        assertArrayEquals(v.bytes("keepalive"), initiator.sent.remove().bytes());
        initiator.send(v.bytes("payload"));
        assertArrayEquals(v.bytes("data"), initiator.sent.remove().bytes());
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void cookiesAreMadeAndUsedAsTheWhitepaperSays(Vectors.Vector v) {
        TestNode responder = responder(v, "cookie_secret");
        responder.underLoad = true;
        responder.receive(v.bytes("initiation"), initiatorAddress());
        assertArrayEquals(v.bytes("cookie_reply"), responder.sent.remove().bytes());
        assertEquals(1, responder.drops(Drop.COOKIE_REQUIRED));

        responder.receive(v.bytes("initiation_with_cookie"), initiatorAddress());
        assertEquals(MessageKind.RESPONSE, responder.sent.remove().kind());

        TestNode initiator = initiator(v);
        initiator.send(v.bytes("payload"));
        initiator.sent.clear();
        initiator.receive(v.bytes("cookie_reply"), responderAddress());
        assertEquals(0, initiator.drops());
    }

    private static byte[] replyTo(TestNode initiator, Vectors.Vector v) {
        initiator.receive(v.bytes("reply"), responderAddress());
        return initiator.delivered.removeFirst();
    }

    private static byte[] swapped(byte[] packet) {
        byte[] swapped = packet.clone();
        System.arraycopy(packet, 12, swapped, 16, 4);
        System.arraycopy(packet, 16, swapped, 12, 4);
        return swapped;
    }

    private static TestNode initiator(Vectors.Vector v) {
        ScriptedRandom random =
                new ScriptedRandom()
                        .then(v.bytes("index_initiator"))
                        .then(v.bytes("ephemeral_initiator"));
        TestNode node =
                new TestNode(
                        "192.0.2.1",
                        new PrivateKey(v.bytes("initiator")),
                        random,
                        () -> v.bytes("timestamp"));
        addPeer(node, v, v.bytes("responder"), "10.0.0.2/32").setEndpoint(responderAddress());
        return node;
    }

    private static TestNode responder(Vectors.Vector v, String first32) {
        ScriptedRandom random =
                new ScriptedRandom()
                        .then(v.bytes("index_responder"))
                        .then(v.bytes(first32))
                        .then(v.bytes("cookie_nonce"));
        TestNode node =
                new TestNode(
                        "192.0.2.2",
                        new PrivateKey(v.bytes("responder")),
                        random,
                        TestNode.counting());
        addPeer(node, v, v.bytes("initiator"), "10.0.0.1/32");
        return node;
    }

    private static Peer addPeer(TestNode node, Vectors.Vector v, byte[] privateKey, String prefix) {
        Peer peer = node.device.addPeer(new X25519().publicKey(new PrivateKey(privateKey)));
        peer.setPresharedKey(new PresharedKey(v.bytes("psk")));
        peer.allow(IpPrefix.parse(prefix));
        return peer;
    }

    private static Endpoint initiatorAddress() {
        return Endpoint.of(IpAddress.parse("192.0.2.1"), 51820);
    }

    private static Endpoint responderAddress() {
        return Endpoint.of(IpAddress.parse("192.0.2.2"), 51820);
    }
}
