// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static warren.wireguard.ProtocolConstants.KEEPALIVE_TIMEOUT;
import static warren.wireguard.ProtocolConstants.NEW_HANDSHAKE_TIMEOUT;
import static warren.wireguard.ProtocolConstants.REKEY_TIMEOUT;
import static warren.wireguard.ProtocolConstants.ZERO_KEYS_AFTER;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What is due for one peer and when. Whitepaper section 6.
///
/// | timer                | set by                              | ended by                     |
/// |----------------------|-------------------------------------|------------------------------|
/// | RETRY_HANDSHAKE      | initiation sent: 5 s + jitter       | session begun                |
/// | KEEPALIVE            | payload received: 10 s              | anything sent                |
/// | NEW_HANDSHAKE        | payload sent: 15 s + jitter         | anything received            |
/// | ZERO_KEYS            | session begun: 540 s                | session begun (starts again) |
/// | PERSISTENT_KEEPALIVE | anything sent or received: interval | turned off                   |
///
/// "Anything" is an authenticated message of any type but a cookie reply. KEEPALIVE and
/// NEW_HANDSHAKE keep the time of the first event; the others start again with each.
///
/// The data path only sets and clears deadlines; [Device#onTimer] takes what is due. Thread-safe.
final class PeerTimers {
    enum Due {
        RETRY_HANDSHAKE,
        KEEPALIVE,
        NEW_HANDSHAKE,
        ZERO_KEYS,
        PERSISTENT_KEEPALIVE,
    }

    private final Deadline retryHandshake = new Deadline();
    private final Deadline keepalive = new Deadline();
    private final Deadline newHandshake = new Deadline();
    private final Deadline zeroKeys = new Deadline();
    private final Deadline persistentKeepalive = new Deadline();

    /// Payload came while a keepalive was already due: should that one get lost, another follows.
    private volatile boolean keepaliveAgain;

    private volatile int persistentSeconds;
    private volatile long jitterNanos;

    /// Drawn anew for every handshake.
    void jitter(long nanos) {
        jitterNanos = nanos;
    }

    int persistentSeconds() {
        return persistentSeconds;
    }

    void persistentSeconds(int seconds, long nowNanos) {
        persistentSeconds = seconds;
        if (seconds == 0) {
            persistentKeepalive.cancel();
        } else {
            startPersistent(nowNanos);
        }
    }

    void sentInitiation(long nowNanos) {
        retryHandshake.set(nowNanos + REKEY_TIMEOUT + jitterNanos);
        sentHandshake(nowNanos);
    }

    void sentHandshake(long nowNanos) {
        keepalive.cancel();
        startPersistent(nowNanos);
    }

    /// Also where the run holds keepalives beside payload.
    void sentPayload(long nowNanos) {
        keepalive.cancel();
        newHandshake.setIfNone(nowNanos + NEW_HANDSHAKE_TIMEOUT + jitterNanos);
        startPersistent(nowNanos);
    }

    void sentKeepalive(long nowNanos) {
        startPersistent(nowNanos);
    }

    /// A keepalive is about to leave for another reason.
    void cancelKeepalive() {
        keepalive.cancel();
    }

    /// A handshake message or a keepalive.
    void received(long nowNanos) {
        newHandshake.cancel();
        startPersistent(nowNanos);
    }

    void receivedPayload(long nowNanos) {
        received(nowNanos);
        keepaliveAgain = !keepalive.setIfNone(nowNanos + KEEPALIVE_TIMEOUT);
    }

    /// Keys were derived: as the initiator at the response, as the responder with the response.
    void sessionBegun(long nowNanos) {
        zeroKeys.set(nowNanos + ZERO_KEYS_AFTER);
    }

    /// Both sides are known to have the keys.
    void handshakeCompleted() {
        retryHandshake.cancel();
    }

    void handshakeGivenUp(long nowNanos) {
        keepalive.cancel();
        zeroKeys.setIfNone(nowNanos + ZERO_KEYS_AFTER);
    }

    /// Ends everything but the wish for persistent keepalives.
    void stop() {
        retryHandshake.cancel();
        keepalive.cancel();
        keepaliveAgain = false;
        newHandshake.cancel();
        zeroKeys.cancel();
        persistentKeepalive.cancel();
    }

    /// What is due now, in the order of the table; call until it answers null.
    @Nullable Due takeDue(long nowNanos) {
        if (retryHandshake.takeIfReached(nowNanos)) {
            return Due.RETRY_HANDSHAKE;
        }
        if (keepalive.takeIfReached(nowNanos)) {
            if (keepaliveAgain) {
                keepaliveAgain = false;
                keepalive.set(nowNanos + KEEPALIVE_TIMEOUT);
            }
            return Due.KEEPALIVE;
        }
        if (newHandshake.takeIfReached(nowNanos)) {
            return Due.NEW_HANDSHAKE;
        }
        if (zeroKeys.takeIfReached(nowNanos)) {
            return Due.ZERO_KEYS;
        }
        if (persistentKeepalive.takeIfReached(nowNanos)) {
            startPersistent(nowNanos); // also where nothing can leave, and so nothing starts it
            return Due.PERSISTENT_KEEPALIVE;
        }
        return null;
    }

    /// The earliest deadline, or `latest` where none comes before.
    long next(long latest) {
        long next = retryHandshake.earlier(latest);
        next = keepalive.earlier(next);
        next = newHandshake.earlier(next);
        next = zeroKeys.earlier(next);
        return persistentKeepalive.earlier(next);
    }

    private void startPersistent(long nowNanos) {
        int seconds = persistentSeconds;
        if (seconds != 0) {
            persistentKeepalive.set(nowNanos + TimeUnit.SECONDS.toNanos(seconds));
        }
    }
}
