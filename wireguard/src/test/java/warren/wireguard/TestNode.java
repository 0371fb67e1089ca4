// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/// A [Device] with an address and in-memory loops around it: what it sends lands in `sent`, what it
/// would write to its TUN device in `delivered`. Time is a field. Confined to the test.
final class TestNode {
    static final int MTU = 1420;
    private static final int SLOT = 65536 + 64;
    private static final int SLOTS = 8;

    /// A UDP datagram on the in-memory wire.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Wire(Endpoint from, Endpoint to, byte[] bytes) {
        MessageKind kind() {
            return MessageKind.of(MemorySegment.ofArray(bytes), 0, bytes.length);
        }

        @Override
        public String toString() {
            return from + " -> " + to + " " + kind() + " " + bytes.length;
        }
    }

    final Device device;
    final Outbox outbox = new Outbox();
    final ArrayDeque<Wire> sent = new ArrayDeque<>();
    final List<byte[]> delivered = new ArrayList<>();
    Endpoint address;
    long now;
    boolean underLoad;
    final PacketBatch batch = new PacketBatch(Arena.ofAuto().allocate((long) SLOT * SLOTS), SLOTS);
    private final PacketBatch flushBatch =
            new PacketBatch(Arena.ofAuto().allocate((long) SLOT * SLOTS), 4 * SLOTS);

    TestNode(String address, PrivateKey key, RandomSource random, TimestampSource timestamps) {
        this(address, key, random, timestamps, new JceAead(), 1);
    }

    TestNode(
            String address,
            PrivateKey key,
            RandomSource random,
            TimestampSource timestamps,
            Aead aead,
            int lanes) {
        this.address = Endpoint.of(IpAddress.parse(address), 51820);
        this.device =
                new Device(aead, lanes, random, timestamps, () -> Instant.EPOCH.plusNanos(now));
        device.setPrivateKey(key);
        device.up(now, outbox);
        drain();
    }

    /// Keys, indices and jitter from `seed`; timestamps from a counter.
    static TestNode seeded(String address, long seed) {
        Random random = new Random(seed);
        byte[] key = new byte[32];
        random.nextBytes(key);
        return new TestNode(address, new PrivateKey(key), random::nextBytes, counting());
    }

    static TimestampSource counting() {
        long[] count = {1};
        return () -> new Tai64n(count[0]++, 0).toBytes();
    }

    PublicKey key() {
        PublicKey key = device.publicKey();
        if (key == null) {
            throw new IllegalStateException("no key");
        }
        return key;
    }

    Peer addPeer(TestNode other, String... prefixes) {
        Peer peer = device.addPeer(other.key());
        peer.setEndpoint(other.address);
        for (String prefix : prefixes) {
            peer.allow(IpPrefix.parse(prefix));
        }
        return peer;
    }

    Peer peer(TestNode other) {
        return device.peer(other.key());
    }

    /// Writes an IP packet into the TUN device.
    SealOutcome send(byte[] packet) {
        batch.offset[0] = 16;
        batch.length[0] = packet.length;
        MemorySegment.copy(packet, 0, batch.memory, ValueLayout.JAVA_BYTE, 16, packet.length);
        Peer peer = device.route(batch, 0);
        if (peer == null) {
            return null;
        }
        SealOutcome outcome = peer.seal(batch, 0, 1, MTU, now, outbox);
        if (outcome == SealOutcome.SEALED) {
            wire(batch, 1, peer.endpoint());
        }
        drain();
        return outcome;
    }

    /// Takes a datagram from the socket.
    void receive(Wire wire) {
        receive(wire.bytes(), wire.from());
    }

    void receive(byte[] bytes, Endpoint from) {
        load(bytes);
        if (MessageKind.of(batch.memory, 0, bytes.length) != MessageKind.TRANSPORT) {
            device.receiveHandshake(batch, 0, from, now, underLoad, outbox);
        } else {
            Keypair keypair = device.keypair(batch, 0);
            if (keypair != null && keypair.open(batch, 0, 1, from, now, outbox) > 0) {
                delivered.add(bytes(batch, 0));
            }
        }
        drain();
    }

    long timer() {
        long next = device.onTimer(now, outbox);
        drain();
        return next;
    }

    long drops(Drop reason) {
        return device.drops().count(reason);
    }

    long drops() {
        long sum = 0;
        for (Drop reason : Drop.values()) {
            sum += drops(reason);
        }
        return sum;
    }

    void drain() {
        for (Peer peer = outbox.pollFlush(); peer != null; peer = outbox.pollFlush()) {
            int count = peer.sealStaged(flushBatch, MTU, now, outbox);
            while (count > 0) {
                wire(flushBatch, count, peer.endpoint());
                count = peer.sealStaged(flushBatch, MTU, now, outbox);
            }
        }
        for (Datagram d = outbox.pollDatagram(); d != null; d = outbox.pollDatagram()) {
            sent.add(new Wire(address, d.to(), d.bytes()));
        }
    }

    private void load(byte[] bytes) {
        batch.offset[0] = 0;
        batch.length[0] = bytes.length;
        MemorySegment.copy(bytes, 0, batch.memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
    }

    private void wire(PacketBatch from, int count, Endpoint to) {
        for (int i = 0; i < count; i++) {
            sent.add(new Wire(address, to, bytes(from, i)));
        }
    }

    private static byte[] bytes(PacketBatch batch, int index) {
        return batch.memory
                .asSlice(batch.offset[index], batch.length[index])
                .toArray(ValueLayout.JAVA_BYTE);
    }

    /// An IPv4 packet of `length` bytes, its payload filled with `fill`.
    static byte[] ip(String source, String destination, int length, int fill) {
        byte[] packet = new byte[length];
        java.util.Arrays.fill(packet, (byte) fill);
        packet[0] = 0x45;
        packet[2] = (byte) (length >>> 8);
        packet[3] = (byte) length;
        System.arraycopy(IpAddress.parse(source).toBytes(), 0, packet, 12, 4);
        System.arraycopy(IpAddress.parse(destination).toBytes(), 0, packet, 16, 4);
        return packet;
    }

    @Override
    public String toString() {
        return address + " " + HexFormat.of().formatHex(key().toBytes(), 0, 4);
    }
}
