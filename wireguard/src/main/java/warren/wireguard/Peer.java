// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// One remote public key: its configuration, figures, handshakes and sessions. Thread-safe; the
/// order of locks is in [Device].
public final class Peer {
    private final Device device;
    private final PublicKey publicKey;
    private final PeerHandshake handshake;
    private final KeypairSlots slots = new KeypairSlots();
    private final PeerTimers timers = new PeerTimers();
    private final StagedPackets staged;
    private final LongAdder receivedBytes = new LongAdder();
    private final LongAdder sentBytes = new LongAdder();

    private final AtomicReference<@Nullable Endpoint> endpoint = new AtomicReference<>();
    private volatile @Nullable Instant lastHandshake;
    private volatile boolean removed;

    /// When a handshake that stays unanswered is given up.
    private final Deadline attemptsEnd = new Deadline();

    /// An initiator renews an old session on receiving only once.
    private volatile boolean renewedOnReceive;

    Peer(Device device, PublicKey publicKey) {
        this.device = device;
        this.publicKey = publicKey;
        this.handshake = new PeerHandshake(device, this);
        this.staged = new StagedPackets(device.drops());
    }

    public PublicKey publicKey() {
        return publicKey;
    }

    // --- configuration, any control thread

    /// Where to send; null until configured or learnt from an authenticated datagram.
    public @Nullable Endpoint endpoint() {
        return endpoint.get();
    }

    public void setEndpoint(Endpoint endpoint) {
        this.endpoint.set(endpoint);
    }

    /// Forgets the sticky source address, as after a local address or route has changed.
    public void forgetSource() {
        Endpoint known = endpoint.get();
        if (known != null) {
            // An endpoint learnt in this very moment stays: it has a source that works.
            var _ = endpoint.compareAndSet(known, known.withoutSource());
        }
    }

    /// A copy, which the caller destroys.
    public PresharedKey presharedKey() {
        return handshake.presharedKey();
    }

    /// Used from the next handshake on; the session in use is not touched.
    public void setPresharedKey(PresharedKey key) {
        handshake.setPresharedKey(key);
    }

    /// Seconds; 0 is off.
    public int persistentKeepalive() {
        return timers.persistentSeconds();
    }

    /// @param seconds 0 (off) to 65535; turning it on sends the first keepalive at once
    public void setPersistentKeepalive(int seconds, long nowNanos, Outbox outbox) {
        if (seconds < 0 || seconds > 0xffff) {
            throw new IllegalArgumentException("keepalive " + seconds + " is not within 0..65535");
        }
        boolean turnedOn = seconds != 0 && timers.persistentSeconds() == 0;
        timers.persistentSeconds(seconds, nowNanos);
        if (turnedOn && isActive()) {
            sendKeepalive(outbox);
        }
    }

    /// Routes `prefix` to this peer, taking it from whichever peer has exactly this prefix.
    public void allow(IpPrefix prefix) {
        device.allow(this, prefix);
    }

    /// Removes `prefix` where it is this peer's.
    public void disallow(IpPrefix prefix) {
        device.allowedIps().remove(prefix, this);
    }

    public void disallowAll() {
        device.allowedIps().removeAll(this);
    }

    /// Sorted.
    public List<IpPrefix> allowedIps() {
        return device.allowedIps().prefixes(this);
    }

    // --- figures

    /// UDP payload bytes of authenticated datagrams received, handshakes and keepalives included.
    public long receivedBytes() {
        return receivedBytes.sum();
    }

    /// UDP payload bytes of datagrams handed out for sending, handshakes and keepalives included;
    /// those that the socket then refused too.
    public long sentBytes() {
        return sentBytes.sum();
    }

    /// Wall time of the last completed handshake; null before the first.
    public @Nullable Instant lastHandshake() {
        return lastHandshake;
    }

    // --- data path

    /// Seals packets `from` to `to` (exclusive) of `batch`, inner IP packets all routed to this
    /// peer, in place: each becomes a whole transport message that starts sixteen bytes before its
    /// old offset. Behind each packet the batch has room for padding (up to 15 bytes) and tag.
    /// Without a usable session the packets are copied and staged instead, and a handshake is put
    /// into `outbox` where none is running.
    ///
    /// Any thread; those whose outbox has the same lane take turns where it is for one session.
    ///
    /// @param mtu of the TUN device: padding does not grow a packet beyond it
    public SealOutcome seal(
            PacketBatch batch, int from, int to, int mtu, long nowNanos, Outbox outbox) {
        if (!isActive()) {
            return SealOutcome.DOWN;
        }
        if (endpoint.get() == null) {
            device.drops().add(Drop.NO_ENDPOINT, to - from);
            return SealOutcome.NO_ENDPOINT;
        }
        Keypair keypair = slots.current();
        if (keypair != null && keypair.seal(batch, from, to, mtu, nowNanos, outbox.lane())) {
            sent(keypair, batch, from, to, nowNanos, outbox);
            return SealOutcome.SEALED;
        }
        staged.add(batch, from, to);
        if (canSend(nowNanos)) { // a session began meanwhile: its flush may have missed these
            outbox.flush(this);
        } else {
            initiate(false, nowNanos, outbox);
        }
        return SealOutcome.STAGED;
    }

    /// Seals staged packets into `batch`, which is overwritten from its start: as many as fit.
    ///
    /// @return the number of transport messages in `batch`, to be sent to [#endpoint()]; 0 when
    ///     nothing is staged or there is still no session
    public int sealStaged(PacketBatch batch, int mtu, long nowNanos, Outbox outbox) {
        if (!isActive() || staged.isEmpty() || endpoint.get() == null) {
            return 0;
        }
        if (!canSend(nowNanos)) {
            initiate(false, nowNanos, outbox);
            return 0;
        }
        staged.moveTo(batch);
        if (batch.count == 0) {
            return 0;
        }
        Keypair keypair = slots.current();
        if (keypair == null || !keypair.seal(batch, 0, batch.count, mtu, nowNanos, outbox.lane())) {
            staged.add(batch, 0, batch.count); // it ended between the two looks
            return 0;
        }
        sent(keypair, batch, 0, batch.count, nowNanos, outbox);
        return batch.count;
    }

    /// Validates a decrypted payload: cuts it to the IP packet in it, or to nothing.
    void admit(PacketBatch batch, int index) {
        long offset = batch.offset[index];
        int present = batch.length[index];
        int length = IpHeader.packetLength(batch.memory, offset, present);
        batch.length[index] = length;
        if (length == 0) {
            device.drops().add(Drop.MALFORMED_PACKET);
        } else if (device.allowedIps().bySource(batch.memory, offset, length) != this) {
            batch.length[index] = 0;
            device.drops().add(Drop.SOURCE_NOT_ALLOWED);
        }
    }

    /// A run of authenticated, not replayed messages came in.
    void received(
            Keypair keypair,
            boolean payload,
            long bytes,
            Endpoint source,
            long nowNanos,
            Outbox outbox) {
        roam(source);
        receivedBytes.add(bytes);
        if (slots.confirm(keypair)) {
            handshakeCompleted();
            if (!staged.isEmpty()) {
                outbox.flush(this);
            }
        }
        Keypair current = slots.current();
        if (!renewedOnReceive && current != null && current.needsRenewalAfterReceiving(nowNanos)) {
            renewedOnReceive = true;
            initiate(false, nowNanos, outbox);
        }
        if (payload) {
            timers.receivedPayload(nowNanos);
        } else {
            timers.received(nowNanos);
        }
    }

    // --- handshakes, called by PeerHandshake and Device

    PeerHandshake handshake() {
        return handshake;
    }

    PeerTimers timers() {
        return timers;
    }

    Drops drops() {
        return device.drops();
    }

    void send(byte[] message, Endpoint to, Outbox outbox) {
        sentBytes.add(message.length);
        outbox.send(new Datagram(to, message, this));
    }

    /// We have answered an initiation.
    void responded(Keypair keypair, Arrival arrival) {
        slots.addResponded(keypair);
        sessionBegun(MessageLayout.INITIATION_LENGTH, arrival);
        timers.sentHandshake(arrival.nowNanos());
    }

    /// Our initiation was answered: something must be sent at once, for it is what tells the
    /// responder that the session stands.
    void completed(Keypair keypair, Arrival arrival) {
        slots.addInitiated(keypair);
        sessionBegun(MessageLayout.RESPONSE_LENGTH, arrival);
        handshakeCompleted();
        sendKeepalive(arrival.outbox());
    }

    // --- life, called by Device

    void start(long nowNanos, Outbox outbox) {
        int seconds = timers.persistentSeconds();
        if (seconds != 0) {
            timers.persistentSeconds(seconds, nowNanos);
            sendKeepalive(outbox);
        } else if (!staged.isEmpty()) {
            outbox.flush(this);
        }
    }

    /// Ends handshakes and sessions; staged packets are dropped.
    void stop() {
        timers.stop();
        attemptsEnd.cancel();
        staged.clear(false);
        handshake.clear();
        slots.clear();
    }

    boolean isRemoved() {
        return removed;
    }

    void remove() {
        removed = true;
        disallowAll();
        stop();
        handshake.destroy();
    }

    /// Our private key was changed: sessions are only good for what is on its way.
    void setIdentity(@Nullable Identity identity) {
        handshake.setIdentity(identity);
        slots.endSending();
    }

    void onTimer(long nowNanos, Outbox outbox) {
        for (PeerTimers.Due due = timers.takeDue(nowNanos);
                due != null;
                due = timers.takeDue(nowNanos)) {
            switch (due) {
                case RETRY_HANDSHAKE -> retryHandshake(nowNanos, outbox);
                case KEEPALIVE -> addKeepalive(outbox);
                case NEW_HANDSHAKE -> {
                    forgetSource(); // perhaps the source address is what does not work any more
                    initiate(false, nowNanos, outbox);
                }
                case ZERO_KEYS -> {
                    handshake.clear();
                    slots.clear();
                }
                case PERSISTENT_KEEPALIVE -> sendKeepalive(outbox);
            }
        }
    }

    @Override
    public String toString() {
        return publicKey.toString();
    }

    private boolean isActive() {
        return device.isUp() && !removed;
    }

    private boolean canSend(long nowNanos) {
        Keypair keypair = slots.current();
        return keypair != null && keypair.canSend(nowNanos);
    }

    /// @param retry whether the timer asks; anything else is a new wish that starts the 90 s again
    private void initiate(boolean retry, long nowNanos, Outbox outbox) {
        if (!retry) {
            attemptsEnd.set(nowNanos + ProtocolConstants.REKEY_ATTEMPT_TIME);
        }
        if (!handshake.initiatedRecently(nowNanos)) {
            device.initiate(this, nowNanos, outbox);
        }
    }

    private void retryHandshake(long nowNanos, Outbox outbox) {
        if (!attemptsEnd.isAhead(nowNanos)) {
            timers.handshakeGivenUp(nowNanos);
            staged.clear(true);
            return;
        }
        forgetSource();
        initiate(true, nowNanos, outbox);
    }

    private void sent(
            Keypair keypair, PacketBatch batch, int from, int to, long nowNanos, Outbox outbox) {
        long bytes = 0;
        boolean payload = false;
        for (int i = from; i < to; i++) {
            bytes += batch.length[i];
            payload |= batch.length[i] > MessageLayout.TRANSPORT_MIN_LENGTH;
        }
        sentBytes.add(bytes);
        if (payload) {
            timers.sentPayload(nowNanos);
        } else {
            timers.sentKeepalive(nowNanos);
        }
        if (keypair.needsRenewalAfterSending(nowNanos)) {
            initiate(false, nowNanos, outbox);
        }
    }

    private void sessionBegun(int messageLength, Arrival arrival) {
        roam(arrival.source());
        receivedBytes.add(messageLength);
        timers.sessionBegun(arrival.nowNanos());
        timers.received(arrival.nowNanos());
    }

    private void handshakeCompleted() {
        renewedOnReceive = false;
        timers.handshakeCompleted();
        lastHandshake = device.wallTime();
    }

    private void roam(Endpoint source) {
        if (!source.equals(endpoint.get())) {
            endpoint.set(source);
        }
    }

    private void sendKeepalive(Outbox outbox) {
        timers.cancelKeepalive();
        addKeepalive(outbox);
    }

    private void addKeepalive(Outbox outbox) {
        staged.addKeepalive();
        outbox.flush(this);
    }
}
