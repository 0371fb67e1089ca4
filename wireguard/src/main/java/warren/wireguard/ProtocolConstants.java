// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.concurrent.TimeUnit;

/// The numbers of the protocol and of this implementation. Times are nanoseconds.
final class ProtocolConstants {
    // Specification: whitepaper section 6.1 and the constants table there. Append only.

    static final long REKEY_AFTER_MESSAGES = 1L << 60;
    static final long REJECT_AFTER_MESSAGES = -1L - (1L << 13); // 2^64 - 2^13 - 1, unsigned
    static final long REKEY_AFTER_TIME = TimeUnit.SECONDS.toNanos(120);
    static final long REJECT_AFTER_TIME = TimeUnit.SECONDS.toNanos(180);
    static final long REKEY_ATTEMPT_TIME = TimeUnit.SECONDS.toNanos(90);
    static final long REKEY_TIMEOUT = TimeUnit.SECONDS.toNanos(5);
    static final long KEEPALIVE_TIMEOUT = TimeUnit.SECONDS.toNanos(10);

    /// Data went out and nothing came back for so long: the session may be dead (section 6.5).
    static final long NEW_HANDSHAKE_TIMEOUT = KEEPALIVE_TIMEOUT + REKEY_TIMEOUT;

    /// An initiator that *receives* on a session this old renews it, since it may have nothing to
    /// send that would (section 6.2).
    static final long REKEY_AFTER_TIME_RECEIVING =
            REJECT_AFTER_TIME - KEEPALIVE_TIMEOUT - REKEY_TIMEOUT;

    /// Handshake and session keys are wiped when no new session came for so long (section 6.3).
    static final long ZERO_KEYS_AFTER = 3 * REJECT_AFTER_TIME;

    /// A cookie secret, and a cookie, is good for so long (sections 5.4.4 and 5.4.7).
    static final long COOKIE_LIFETIME = TimeUnit.SECONDS.toNanos(120);

    // Our choices.

    /// Added to the retry of a handshake, so that two peers that started together do not go on
    /// colliding: up to a third of a second, as Linux has it.
    static final long REKEY_TIMEOUT_JITTER_MAX = TimeUnit.MILLISECONDS.toNanos(333);

    /// A cookie is not used in its last seconds: it may expire on its way.
    static final long COOKIE_LATENCY = TimeUnit.SECONDS.toNanos(5);

    /// The most often that one peer may cost us a key agreement: fifty times a second, as Linux.
    static final long INITIATION_INTERVAL_MIN = TimeUnit.MILLISECONDS.toNanos(20);

    /// Retries before a handshake is given up.
    static final int HANDSHAKE_ATTEMPTS_MAX = (int) (REKEY_ATTEMPT_TIME / REKEY_TIMEOUT);

    /// First packets that wait for a handshake, for each peer: what Linux holds. Enough for the
    /// opening burst of many connections, little enough to be no memory hole.
    static final int STAGED_PACKETS_MAX = 128;

    /// What [Device#onTimer] answers where nothing is due: harmlessly far.
    static final long IDLE_CHECK = TimeUnit.HOURS.toNanos(1);

    private ProtocolConstants() {}
}
