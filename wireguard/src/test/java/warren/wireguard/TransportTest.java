// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static warren.wireguard.TestPair.SECOND;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransportTest {
    private final TestPair pair = TestPair.connected();
    private final TestNode a = pair.a;
    private final TestNode b = pair.b;

    @Test
    void replayedDataIsDeliveredOnce() {
        pair.sendFromA(1);
        TestNode.Wire data = a.sent.remove();
        b.receive(data);
        b.receive(data);
        assertEquals(1, b.delivered.size());
        assertEquals(1, b.drops(Drop.REPLAYED_DATA));
    }

    @Test
    void reorderedDataIsDelivered() {
        pair.sendFromA(1);
        pair.sendFromA(2);
        b.receive(a.sent.removeLast());
        b.receive(a.sent.removeLast());
        assertEquals(2, b.delivered.size());
    }

    @Test
    void anyChangedByteIsRefusedAndDoesNotUseUpTheCounter() {
        pair.sendFromA(1);
        TestNode.Wire data = a.sent.remove();
        for (int at = 0; at < data.bytes().length; at++) {
            byte[] wrong = data.bytes().clone();
            wrong[at] ^= 4;
            b.receive(wrong, a.address);
        }
        assertEquals(List.of(), b.delivered);
        assertEquals(data.bytes().length, b.drops());
        b.receive(data);
        assertEquals(1, b.delivered.size());
    }

    @Test
    void changedDataMovesNobody() {
        pair.sendFromA(1);
        byte[] wrong = a.sent.remove().bytes();
        wrong[20] ^= 1;
        b.receive(wrong, Endpoint.of(IpAddress.parse("203.0.113.66"), 666));
        assertEquals(a.address, b.peer(a).endpoint());
        assertEquals(1, b.drops(Drop.NOT_AUTHENTIC));
    }

    @Test
    void peerIsFollowedWhereItsAuthenticatedDataComesFrom() {
        Endpoint roamed = Endpoint.of(IpAddress.parse("2001:db8::7"), 7777);
        pair.sendFromA(1);
        b.receive(a.sent.remove().bytes(), roamed);
        assertEquals(roamed, b.peer(a).endpoint());
        pair.sendFromB(2);
        assertEquals(roamed, b.sent.remove().to());
    }

    @Test
    void replayedDataMovesNobody() {
        pair.sendFromA(1);
        TestNode.Wire data = a.sent.remove();
        b.receive(data);
        b.receive(data.bytes(), Endpoint.of(IpAddress.parse("203.0.113.66"), 666));
        assertEquals(a.address, b.peer(a).endpoint());
    }

    @Test
    void sourceOutsideTheAllowedIpsIsRefused() {
        a.send(TestNode.ip("10.0.0.99", "10.0.0.2", 60, 0));
        pair.deliver();
        assertEquals(1, b.drops(Drop.SOURCE_NOT_ALLOWED));
        assertEquals(List.of(), b.delivered);
    }

    @Test
    void payloadThatIsNoIpPacketIsRefused() {
        byte[] packet = TestNode.ip("10.0.0.1", "10.0.0.2", 60, 0);
        packet[3] = 100; // claims more than there is, beyond what padding makes up
        a.send(packet);
        pair.deliver();
        assertEquals(1, b.drops(Drop.MALFORMED_PACKET));
        assertEquals(List.of(), b.delivered);
    }

    @Test
    void packetForNobodyHasNoRoute() {
        assertNull(a.send(TestNode.ip("10.0.0.1", "10.0.0.3", 60, 0)));
        assertNull(a.send(new byte[0]));
        assertNull(a.send(new byte[] {0x45}));
        assertEquals(3, a.drops(Drop.NO_ROUTE));
    }

    @Test
    void ipv6TravelsInside() {
        byte[] packet = new byte[48];
        packet[0] = 0x60;
        packet[5] = 8;
        System.arraycopy(IpAddress.parse("fd00::1").toBytes(), 0, packet, 8, 16);
        System.arraycopy(IpAddress.parse("fd00::2").toBytes(), 0, packet, 24, 16);
        a.send(packet);
        pair.deliver();
        assertArrayEquals(packet, b.delivered.getFirst());
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1420, 0",
        "1, 1420, 16",
        "16, 1420, 16",
        "17, 1420, 32",
        "1408, 1420, 1408",
        "1409, 1420, 1420",
        "1420, 1420, 1420",
        "1421, 1420, 1436",
        "2840, 1420, 2840",
        "2833, 1420, 2840",
        "20, 0, 32",
        "5, 3, 6"
    })
    void paddingFillsUpToSixteenButNeverBeyondTheMtu(int length, int mtu, int padded) {
        assertEquals(padded, Keypair.paddedLength(length, mtu));
    }

    @Test
    void paddingIsZeroWhateverTheBufferHeld() {
        TestPair open = ClearAead.pair(new ClearAead());
        open.connect();
        TestNode plain = open.a;
        plain.batch.memory.fill((byte) 0x55);
        plain.send(TestNode.ip("10.0.0.1", "10.0.0.2", 20, 0));
        byte[] datagram = plain.sent.remove().bytes();
        assertEquals(16 + 32 + 16, datagram.length);
        for (int at = 16 + 20; at < 16 + 32; at++) {
            assertEquals(0, datagram[at], "padding byte at " + at);
        }
    }

    @Test
    void figuresCountEveryAuthenticatedDatagram() {
        TestPair fresh = new TestPair();
        fresh.sendFromA(1); // 84 bytes of packet are padded to 96
        fresh.deliver();
        long toB = MessageLayout.INITIATION_LENGTH + 16 + 96 + 16;
        long toA = MessageLayout.RESPONSE_LENGTH;
        assertEquals(toB, fresh.a.peer(fresh.b).sentBytes());
        assertEquals(toB, fresh.b.peer(fresh.a).receivedBytes());
        assertEquals(toA, fresh.b.peer(fresh.a).sentBytes());
        assertEquals(toA, fresh.a.peer(fresh.b).receivedBytes());

        fresh.timersAt(10 * SECOND);
        fresh.deliver();
        assertEquals(toA + 32, fresh.a.peer(fresh.b).receivedBytes(), "and keepalives");
    }

    @Test
    void packetToAPeerWithoutEndpointIsRefusedAtOnce() {
        TestNode third = TestNode.seeded("192.0.2.3", 3);
        Peer peer = a.device.addPeer(third.key());
        peer.allow(IpPrefix.parse("10.0.0.3/32"));
        assertEquals(SealOutcome.NO_ENDPOINT, a.send(TestNode.ip("10.0.0.1", "10.0.0.3", 60, 0)));
        assertEquals(1, a.drops(Drop.NO_ENDPOINT));
    }

    @Test
    void oldestStagedPacketsGiveWayAndTheRestArriveInOrder() {
        TestPair fresh = new TestPair();
        for (int i = 0; i < 130; i++) {
            fresh.sendFromA(i);
        }
        assertEquals(2, fresh.a.drops(Drop.STAGED_OVERFLOW));
        fresh.deliver();
        assertEquals(128, fresh.b.delivered.size());
        for (int i = 0; i < 128; i++) {
            assertEquals((byte) (i + 2), fresh.b.delivered.get(i)[40]);
        }
    }

    @Test
    void stagedPacketsAsLongAsAllowedArrive() {
        TestPair fresh = new TestPair();
        for (int i = 0; i < 20; i++) {
            fresh.a.send(TestNode.ip("10.0.0.1", "10.0.0.2", 65535, i));
        }
        fresh.deliver();
        assertEquals(20, fresh.b.delivered.size());
        assertEquals(65535, fresh.b.delivered.getLast().length);
    }

    @Test
    void runOfPacketsIsOpenedAtOnceAndOnlyTheGoodOnesAreDelivered() {
        PacketBatch batch = sealedRun(5);
        batch.memory.set(ValueLayout.JAVA_BYTE, batch.offset[1] + 30L, (byte) 99); // tampered
        MemorySegment.copy(
                batch.memory, batch.offset[2], batch.memory, batch.offset[3], batch.length[2]);
        Keypair keypair = b.device.keypair(batch, 0);
        assertEquals(3, keypair.open(batch, 0, 5, a.address, b.now, b.outbox));
        assertArrayEquals(new int[] {84, 0, 84, 0, 84}, java.util.Arrays.copyOf(batch.length, 5));
        assertEquals(1, b.drops(Drop.NOT_AUTHENTIC));
        assertEquals(1, b.drops(Drop.REPLAYED_DATA));
    }

    private PacketBatch sealedRun(int count) {
        byte[] packet = TestNode.ip("10.0.0.1", "10.0.0.2", 84, 1);
        for (int i = 0; i < count; i++) {
            a.batch.offset[i] = 1024 * i + 16;
            a.batch.length[i] = packet.length;
            MemorySegment.copy(
                    packet,
                    0,
                    a.batch.memory,
                    ValueLayout.JAVA_BYTE,
                    a.batch.offset[i],
                    packet.length);
        }
        a.peer(b).seal(a.batch, 0, count, TestNode.MTU, a.now, a.outbox);
        return a.batch;
    }
}
