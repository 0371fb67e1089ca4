// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/// One WireGuard interface without its device and socket: peers, keys, routes, sessions, timers.
/// Thread-safe; `now` is nanoseconds of any steady clock, the same one in every call.
///
/// Locks, outermost first; none is taken while a later one is held:
///
/// | lock                        | guards                      | held during                    |
/// |-----------------------------|-----------------------------|--------------------------------|
/// | state (read)                | identity, up, peers         | a handshake message, in or out |
/// | state (write)               | the same                    | configuration                  |
/// | one peer's [PeerHandshake]  | its handshakes              | the key agreements of that peer|
/// | one peer's [KeypairSlots]   | its slots                   | a change of slots              |
/// | one keypair's lane, receive | keys, replay window         | a run of packets               |
/// | indices, staged packets, routes, cookies, limiter | themselves | a few instructions       |
///
/// Established sessions take the last two rows only.
public final class Device {
    private final Aead aead;
    private final int lanes;
    private final RandomSource random;
    private final TimestampSource timestamps;
    private final InstantSource wallClock;
    private final Drops drops = new Drops();
    private final IndexTable indices;
    private final AllowedIps<Peer> allowedIps = new AllowedIps<>();
    private final HandshakeReceiver receiver;

    private final ReentrantReadWriteLock stateLock = new ReentrantReadWriteLock();
    private final Lock reading = stateLock.readLock();
    private final Lock writing = stateLock.writeLock();

    // changed under the state lock, read also without
    private final ConcurrentHashMap<PublicKey, Peer> peers = new ConcurrentHashMap<>();
    private volatile @Nullable Identity identity;
    private volatile boolean up;

    /// A device that is down and has neither key nor peers, with one lane.
    public Device(
            Aead aead, RandomSource random, TimestampSource timestamps, InstantSource wallClock) {
        this(aead, 1, random, timestamps, wallClock);
    }

    /// A device that is down and has neither key nor peers.
    ///
    /// @param lanes in which packets of one session may be sealed at the same time: see [Outbox]
    /// @param timestamps of our initiations
    /// @param wallClock only for [Peer#lastHandshake()]
    public Device(
            Aead aead,
            int lanes,
            RandomSource random,
            TimestampSource timestamps,
            InstantSource wallClock) {
        this.aead = aead;
        this.lanes = lanes;
        this.random = random;
        this.timestamps = timestamps;
        this.wallClock = wallClock;
        this.indices = new IndexTable(random);
        this.receiver = new HandshakeReceiver(this);
    }

    // --- configuration, any control thread

    /// Null while there is no private key.
    public @Nullable PublicKey publicKey() {
        Identity self = identity;
        return self == null ? null : self.publicKey;
    }

    /// A copy, which the caller destroys; null while there is none.
    public @Nullable PrivateKey privateKey() {
        reading.lock();
        try {
            return identity == null ? null : identity.copyPrivateKey();
        } finally {
            reading.unlock();
        }
    }

    /// Sets or, with the zero key, removes the private key. Ends what was negotiated under the old
    /// one, and removes the peer whose public key is our own. Setting the same key changes nothing.
    ///
    /// @param key copied
    public void setPrivateKey(PrivateKey key) {
        writing.lock();
        try {
            Identity before = identity;
            Identity after = key.isZero() ? null : new Identity(key);
            if (before != null && after != null && before.publicKey.equals(after.publicKey)) {
                after.destroy();
                return;
            }
            identity = after;
            if (after != null) {
                removePeer(after.publicKey);
            }
            peers.values().forEach(peer -> peer.setIdentity(after));
            if (before != null) {
                before.destroy();
            }
        } finally {
            writing.unlock();
        }
    }

    /// A snapshot, in no particular order.
    public List<Peer> peers() {
        return List.copyOf(peers.values());
    }

    public @Nullable Peer peer(PublicKey key) {
        return peers.get(key);
    }

    /// The peer of this key, made where there is none yet; null where the key is our own.
    public @Nullable Peer addPeer(PublicKey key) {
        writing.lock();
        try {
            Identity self = identity;
            if (self != null && self.publicKey.equals(key)) {
                return null;
            }
            Peer known = peers.get(key);
            if (known != null) {
                return known;
            }
            Peer peer = new Peer(this, key);
            peer.setIdentity(self);
            peers.put(key, peer);
            return peer;
        } finally {
            writing.unlock();
        }
    }

    /// Removes the peer with its routes, sessions and staged packets.
    ///
    /// @return whether there was one
    public boolean removePeer(PublicKey key) {
        writing.lock();
        try {
            Peer peer = peers.remove(key);
            if (peer != null) {
                peer.remove();
            }
            return peer != null;
        } finally {
            writing.unlock();
        }
    }

    public void removePeers() {
        writing.lock();
        try {
            peers().forEach(peer -> removePeer(peer.publicKey()));
        } finally {
            writing.unlock();
        }
    }

    public boolean isUp() {
        return up;
    }

    /// Starts to answer and to send; peers with a persistent keepalive get one at once.
    public void up(long nowNanos, Outbox outbox) {
        writing.lock();
        try {
            up = true;
            peers.values().forEach(peer -> peer.start(nowNanos, outbox));
        } finally {
            writing.unlock();
        }
    }

    /// Ends all sessions and handshakes, drops what is staged, stops all timers.
    public void down() {
        writing.lock();
        try {
            up = false;
            peers.values().forEach(Peer::stop);
        } finally {
            writing.unlock();
        }
    }

    // --- data path

    /// The peer that the inner IP packet `index` of `batch` goes to, by its destination address;
    /// null, and counted, where there is none. Lock-free, allocates nothing.
    public @Nullable Peer route(PacketBatch batch, int index) {
        Peer peer =
                allowedIps.byDestination(batch.memory, batch.offset[index], batch.length[index]);
        if (peer == null) {
            drops.add(Drop.NO_ROUTE);
        }
        return peer;
    }

    /// The peer whose allowed IPs hold `address`, longest prefix first.
    public @Nullable Peer route(IpAddress address) {
        return allowedIps.lookup(address);
    }

    /// The session that datagram `index` of `batch`, whose [MessageKind] is `TRANSPORT`, names by
    /// its receiver index; null, and counted, where there is none. Lock-free, allocates nothing.
    public @Nullable Keypair keypair(PacketBatch batch, int index) {
        int receiverIndex =
                batch.memory.get(
                        MessageLayout.LE32,
                        batch.offset[index] + (long) MessageLayout.TRANSPORT_RECEIVER);
        IndexTable.Entry entry = indices.find(receiverIndex);
        Keypair keypair = entry == null ? null : entry.keypair;
        if (keypair == null) {
            drops.add(Drop.UNKNOWN_INDEX);
        }
        return keypair;
    }

    /// Takes datagram `index` of `batch`, of any kind but `TRANSPORT` (malformed ones included,
    /// which are counted): answers go into `outbox`. Blocks for the time of several key agreements
    /// at most; never blocks the data path of other peers.
    ///
    /// @param underLoad whether handshakes arrive faster than they can be answered: then only
    ///     senders that echo a cookie, hence own their address, are worth a key agreement
    public void receiveHandshake(
            PacketBatch batch,
            int index,
            Endpoint source,
            long nowNanos,
            boolean underLoad,
            Outbox outbox) {
        reading.lock();
        try {
            Identity self = identity;
            Drop drop =
                    self == null || !up
                            ? Drop.NOT_READY
                            : receiver.receive(
                                    batch,
                                    index,
                                    new Arrival(self, source, nowNanos, outbox),
                                    underLoad);
            if (drop != null) {
                drops.add(drop);
            }
        } finally {
            reading.unlock();
        }
    }

    // --- time

    /// Does everything that is due, and says when to call again at the latest. Events of the data
    /// path make deadlines at least five seconds ahead and configuration at least one, so a loop
    /// that also wakes every second is never late.
    ///
    /// @return the next deadline, on the clock of `nowNanos`
    public long onTimer(long nowNanos, Outbox outbox) {
        long next = nowNanos + ProtocolConstants.IDLE_CHECK;
        if (up) {
            for (Peer peer : peers.values()) {
                peer.onTimer(nowNanos, outbox);
                next = peer.timers().next(next);
            }
        }
        return next;
    }

    public Drops drops() {
        return drops;
    }

    /// Begins a handshake with `peer`, if we are in a state to.
    void initiate(Peer peer, long nowNanos, Outbox outbox) {
        reading.lock();
        try {
            Identity self = identity;
            Endpoint endpoint = peer.endpoint();
            if (self != null && up && endpoint != null && !peer.isRemoved()) {
                peer.handshake().initiate(self, endpoint, nowNanos, outbox);
            }
        } finally {
            reading.unlock();
        }
    }

    void allow(Peer peer, IpPrefix prefix) {
        reading.lock(); // a removed peer must not get routes
        try {
            if (!peer.isRemoved()) {
                allowedIps.insert(prefix, peer);
            }
        } finally {
            reading.unlock();
        }
    }

    AllowedIps<Peer> allowedIps() {
        return allowedIps;
    }

    IndexTable indices() {
        return indices;
    }

    Aead aead() {
        return aead;
    }

    int lanes() {
        return lanes;
    }

    RandomSource random() {
        return random;
    }

    TimestampSource timestamps() {
        return timestamps;
    }

    Instant wallTime() {
        return wallClock.instant();
    }

    /// 0 to [ProtocolConstants#REKEY_TIMEOUT_JITTER_MAX].
    long jitterNanos() {
        byte[] draw = new byte[4];
        random.fill(draw);
        long fraction = Integer.toUnsignedLong(MessageWriter.readInt(draw, 0));
        return (fraction * ProtocolConstants.REKEY_TIMEOUT_JITTER_MAX) >>> Integer.SIZE;
    }
}
