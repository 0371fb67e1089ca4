// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/// A node of the simulation: a [Device] with a loop around it that does what the tunnel's loops do,
/// one packet at a time, and the few things a node keeps through a restart.
final class SimNode {
    static final int MTU = 1420;

    private static final Instant EPOCH = Instant.parse("2026-03-01T00:00:00Z");
    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Aead AEAD = new JceAead();

    final int number;
    final IpAddress inner;
    private final SimNetwork network;
    private final PrivateKey privateKey;
    private final PublicKey publicKey;

    /// Each node's steady clock starts somewhere else; some wrap while the simulation runs.
    private long clockOffsetNanos;

    private long wallOffsetSeconds;
    private Tai64n storedBound = Tai64n.ZERO;
    private IpAddress underlay;
    private int moves;
    private int incarnation;
    private boolean underLoad;
    private int keepaliveSeconds;

    private final PacketBatch inbound = new PacketBatch(Arena.ofAuto().allocate(4096), 1);
    private final PacketBatch outbound = new PacketBatch(Arena.ofAuto().allocate(4096), 1);
    private final PacketBatch flushed = new PacketBatch(Arena.ofAuto().allocate(64 * 2048), 64);
    private final Outbox outbox = new Outbox();
    private Device device;

    SimNode(SimNetwork network, int number) {
        this.network = network;
        this.number = number;
        this.inner = IpAddress.v4(0x0a640000 | (number + 1));
        byte[] key = new byte[32];
        network.random.nextBytes(key);
        this.privateKey = new PrivateKey(key);
        this.publicKey = new X25519().publicKey(privateKey);
        moveUnderlay();
    }

    /// Starts, or starts again as after a crash: only keys and the timestamp bound survive.
    void start() {
        incarnation++;
        boolean wraps = network.random.nextBoolean();
        clockOffsetNanos =
                wraps ? Long.MAX_VALUE - TimeUnit.HOURS.toNanos(1) : network.random.nextLong();
        clockOffsetNanos -= network.now();
        device =
                new Device(
                        AEAD,
                        network.random::nextBytes,
                        new IncreasingTimestamps(this::wallClock, storedBound, this::store),
                        this::wallClock);
        device.setPrivateKey(privateKey);
        for (SimNode other : network.nodes) {
            if (other != this) {
                Peer peer = device.addPeer(other.publicKey);
                peer.setEndpoint(Endpoint.of(other.underlay, 51820));
                peer.allow(IpPrefix.of(other.inner));
                peer.setPersistentKeepalive(keepaliveSeconds, now(), outbox);
            }
        }
        device.up(now(), outbox);
        drain();
        network.witness.started(this);
        int mine = incarnation;
        network.after(0, () -> tick(mine));
    }

    /// Another address on the underlay, and nobody is told.
    void moveUnderlay() {
        moves++;
        underlay = IpAddress.v4(0xc6120000 | number << 12 | moves);
        network.occupy(underlay, this);
        if (device != null) {
            device.peers().forEach(Peer::forgetSource);
        }
    }

    void setWallClockBy(long seconds) {
        wallOffsetSeconds += seconds;
    }

    void setUnderLoad(boolean loaded) {
        underLoad = loaded;
    }

    void setPersistentKeepalive(int seconds) {
        keepaliveSeconds = seconds;
        for (Peer peer : device.peers()) {
            peer.setPersistentKeepalive(seconds, now(), outbox);
        }
        drain();
    }

    IpAddress underlay() {
        return underlay;
    }

    Device device() {
        return device;
    }

    int incarnation() {
        return incarnation;
    }

    Peer peer(SimNode other) {
        return device.peer(other.publicKey);
    }

    /// Hands an inner packet to the device, as the TUN loop does.
    void sendInner(byte[] packet) {
        place(outbound, packet);
        Peer peer = device.route(outbound, 0);
        if (peer == null) {
            throw new AssertionError(this + " has no route for its own packet");
        }
        if (peer.seal(outbound, 0, 1, MTU, now(), outbox) == SealOutcome.SEALED) {
            transmit(outbound, 0, peer.endpoint());
        }
        drain();
    }

    /// Takes a datagram, as the UDP loop does.
    void receive(Endpoint source, byte[] datagram) {
        network.witness.arrives(this, datagram);
        place(inbound, datagram);
        if (MessageKind.of(inbound.memory, inbound.offset[0], inbound.length[0])
                != MessageKind.TRANSPORT) {
            device.receiveHandshake(inbound, 0, source, now(), underLoad, outbox);
        } else {
            Keypair keypair = device.keypair(inbound, 0);
            if (keypair != null && keypair.open(inbound, 0, 1, source, now(), outbox) > 0) {
                byte[] packet = bytes(inbound, 0);
                network.witness.delivered(this, datagram, packet);
            }
        }
        drain();
    }

    @Override
    public String toString() {
        return "node " + number;
    }

    private void tick(int ofIncarnation) {
        if (ofIncarnation != incarnation) {
            return;
        }
        long next = device.onTimer(now(), outbox);
        drain();
        network.witness.ticked(this);
        network.after(Math.clamp(next - now(), 0, TICK_NANOS), () -> tick(ofIncarnation));
    }

    private void drain() {
        for (Peer peer = outbox.pollFlush(); peer != null; peer = outbox.pollFlush()) {
            int count = peer.sealStaged(flushed, MTU, now(), outbox);
            while (count > 0) {
                for (int i = 0; i < count; i++) {
                    transmit(flushed, i, peer.endpoint());
                }
                count = peer.sealStaged(flushed, MTU, now(), outbox);
            }
        }
        for (Datagram d = outbox.pollDatagram(); d != null; d = outbox.pollDatagram()) {
            network.send(this, d.to(), d.bytes());
        }
    }

    private void transmit(PacketBatch batch, int index, Endpoint to) {
        network.send(this, to, bytes(batch, index));
    }

    private boolean store(Tai64n bound) {
        storedBound = bound;
        return true;
    }

    private Instant wallClock() {
        return EPOCH.plusNanos(network.now()).plusSeconds(wallOffsetSeconds);
    }

    private long now() {
        return network.now() + clockOffsetNanos;
    }

    private static void place(PacketBatch batch, byte[] bytes) {
        batch.offset[0] = 64;
        batch.length[0] = bytes.length;
        batch.count = 1;
        MemorySegment.copy(bytes, 0, batch.memory, ValueLayout.JAVA_BYTE, 64, bytes.length);
    }

    private static byte[] bytes(PacketBatch batch, int index) {
        return batch.memory
                .asSlice(batch.offset[index], batch.length[index])
                .toArray(ValueLayout.JAVA_BYTE);
    }
}
