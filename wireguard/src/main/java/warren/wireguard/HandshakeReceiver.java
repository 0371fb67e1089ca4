// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// What happens to datagrams that are no transport data: the cheap checks first, key agreements
/// only for who passes them. Whitepaper section 5.3. Callers hold the device's state lock.
final class HandshakeReceiver {
    /// Sources told apart by the limiter, our choice: 96 KiB.
    private static final int LIMITED_SOURCES = 4096;

    private final Device device;
    private final CookieIssuer cookies;

    @GuardedBy("limiter")
    private final HandshakeRateLimiter limiter;

    HandshakeReceiver(Device device) {
        this.device = device;
        this.cookies = new CookieIssuer(device.random());
        byte[] secret = new byte[Long.BYTES];
        device.random().fill(secret);
        this.limiter =
                new HandshakeRateLimiter(
                        MemorySegment.ofArray(secret).get(MessageLayout.LE64, 0), LIMITED_SOURCES);
    }

    /// @return null when it had an effect, else why not
    @Nullable Drop receive(
            PacketBatch batch,
            int index,
            Identity self,
            Endpoint source,
            long nowNanos,
            boolean underLoad,
            Outbox outbox) {
        MessageKind kind = MessageKind.of(batch.memory, batch.offset[index], batch.length[index]);
        return switch (kind) {
            case TOO_SHORT -> Drop.TOO_SHORT;
            case UNKNOWN_TYPE -> Drop.UNKNOWN_TYPE;
            case WRONG_LENGTH -> Drop.WRONG_LENGTH;
            case TRANSPORT -> throw new IllegalArgumentException("transport data is Keypair's");
            case COOKIE_REPLY -> acceptCookie(bytes(batch, index), nowNanos);
            case INITIATION -> {
                byte[] message = bytes(batch, index);
                Drop refused =
                        admit(
                                message,
                                MessageLayout.INITIATION_MAC1,
                                self,
                                source,
                                nowNanos,
                                underLoad,
                                outbox);
                yield refused != null ? refused : answer(message, self, source, nowNanos, outbox);
            }
            case RESPONSE -> {
                byte[] message = bytes(batch, index);
                Drop refused =
                        admit(
                                message,
                                MessageLayout.RESPONSE_MAC1,
                                self,
                                source,
                                nowNanos,
                                underLoad,
                                outbox);
                yield refused != null ? refused : complete(message, self, source, nowNanos, outbox);
            }
        };
    }

    /// The MACs and the limits. Whoever lacks mac1 is not even answered; who lacks mac2 under load
    /// gets a cookie.
    private @Nullable Drop admit(
            byte[] message,
            int mac1At,
            Identity self,
            Endpoint source,
            long nowNanos,
            boolean underLoad,
            Outbox outbox) {
        if (!CookieKeys.hasMac(self.mac1Key, message, mac1At)) {
            return Drop.BAD_MAC1;
        }
        if (!underLoad) {
            return null;
        }
        if (!cookies.accepts(message, mac1At + MessageLayout.MAC, source, nowNanos)) {
            byte[] reply = cookies.reply(self, message, mac1At, source, nowNanos);
            outbox.send(new Datagram(source, reply, null));
            return Drop.COOKIE_REQUIRED;
        }
        synchronized (limiter) {
            return limiter.allow(source.address(), nowNanos) ? null : Drop.RATE_LIMITED;
        }
    }

    private @Nullable Drop answer(
            byte[] message, Identity self, Endpoint source, long nowNanos, Outbox outbox) {
        IncomingInitiation incoming = new IncomingInitiation(message, self);
        try {
            PublicKey claimed = incoming.openStatic(self);
            if (claimed == null) {
                return Drop.HANDSHAKE_REFUSED;
            }
            Peer peer = device.peer(claimed);
            return peer == null
                    ? Drop.UNKNOWN_PEER
                    : peer.handshake().respond(incoming, source, nowNanos, outbox);
        } finally {
            incoming.wipe();
        }
    }

    private @Nullable Drop complete(
            byte[] message, Identity self, Endpoint source, long nowNanos, Outbox outbox) {
        IndexTable.Entry entry = find(message, MessageLayout.RESPONSE_RECEIVER);
        if (entry == null) {
            return Drop.UNKNOWN_INDEX;
        }
        return entry.peer.handshake().complete(entry, message, self, source, nowNanos, outbox);
    }

    private @Nullable Drop acceptCookie(byte[] message, long nowNanos) {
        IndexTable.Entry entry = find(message, MessageLayout.COOKIE_RECEIVER);
        return entry == null
                ? Drop.UNKNOWN_INDEX
                : entry.peer.handshake().acceptCookie(message, nowNanos);
    }

    private IndexTable.@Nullable Entry find(byte[] message, int at) {
        return device.indices().find(MessageWriter.readInt(message, at));
    }

    /// Out of shared memory before anything looks at it twice.
    private static byte[] bytes(PacketBatch batch, int index) {
        byte[] message = new byte[batch.length[index]];
        MemorySegment.copy(
                batch.memory,
                ValueLayout.JAVA_BYTE,
                batch.offset[index],
                message,
                0,
                message.length);
        return message;
    }
}
