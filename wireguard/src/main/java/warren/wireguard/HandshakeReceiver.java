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
    @Nullable Drop receive(PacketBatch batch, int index, Arrival arrival, boolean underLoad) {
        MessageKind kind = MessageKind.of(batch.memory, batch.offset[index], batch.length[index]);
        return switch (kind) {
            case TOO_SHORT -> Drop.TOO_SHORT;
            case UNKNOWN_TYPE -> Drop.UNKNOWN_TYPE;
            case WRONG_LENGTH -> Drop.WRONG_LENGTH;
            case TRANSPORT -> throw new IllegalArgumentException("transport data is Keypair's");
            case COOKIE_REPLY -> acceptCookie(bytes(batch, index), arrival);
            case INITIATION -> {
                byte[] message = bytes(batch, index);
                Drop refused = admit(message, MessageLayout.INITIATION_MAC1, arrival, underLoad);
                yield refused != null ? refused : answer(message, arrival);
            }
            case RESPONSE -> {
                byte[] message = bytes(batch, index);
                Drop refused = admit(message, MessageLayout.RESPONSE_MAC1, arrival, underLoad);
                yield refused != null ? refused : complete(message, arrival);
            }
        };
    }

    /// The MACs and the limits. Whoever lacks mac1 is not even answered; who lacks mac2 under load
    /// gets a cookie.
    private @Nullable Drop admit(byte[] message, int mac1At, Arrival arrival, boolean underLoad) {
        if (!CookieKeys.hasMac(arrival.self().mac1Key, message, mac1At)) {
            return Drop.BAD_MAC1;
        }
        if (!underLoad) {
            return null;
        }
        Endpoint source = arrival.source();
        long now = arrival.nowNanos();
        if (!cookies.accepts(message, mac1At + MessageLayout.MAC, source, now)) {
            byte[] reply = cookies.reply(arrival.self(), message, mac1At, source, now);
            arrival.outbox().send(new Datagram(source, reply, null));
            return Drop.COOKIE_REQUIRED;
        }
        synchronized (limiter) {
            return limiter.allow(source.address(), now) ? null : Drop.RATE_LIMITED;
        }
    }

    private @Nullable Drop answer(byte[] message, Arrival arrival) {
        IncomingInitiation incoming = new IncomingInitiation(message, arrival.self());
        try {
            PublicKey claimed = incoming.openStatic(arrival.self());
            if (claimed == null) {
                return Drop.HANDSHAKE_REFUSED;
            }
            Peer peer = device.peer(claimed);
            return peer == null ? Drop.UNKNOWN_PEER : peer.handshake().respond(incoming, arrival);
        } finally {
            incoming.wipe();
        }
    }

    private @Nullable Drop complete(byte[] message, Arrival arrival) {
        IndexTable.Entry entry = find(message, MessageLayout.RESPONSE_RECEIVER);
        return entry == null
                ? Drop.UNKNOWN_INDEX
                : entry.peer.handshake().complete(entry, message, arrival);
    }

    private @Nullable Drop acceptCookie(byte[] message, Arrival arrival) {
        IndexTable.Entry entry = find(message, MessageLayout.COOKIE_RECEIVER);
        return entry == null
                ? Drop.UNKNOWN_INDEX
                : entry.peer.handshake().acceptCookie(message, arrival.nowNanos());
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
