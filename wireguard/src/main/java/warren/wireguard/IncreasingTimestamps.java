// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Instant;
import java.time.InstantSource;

/// Timestamps for handshake initiations that only ever grow, whatever the wall clock does, and also
/// across restarts.
///
/// A peer remembers the greatest timestamp it accepted and refuses any that is not greater, for as
/// long as it runs. So a clock that is set back, or was wrong once, must not show: where the clock
/// is not past the last timestamp, the next one is a nanosecond after that.
///
/// For restarts a *bound* is kept in a file. No timestamp passes the bound before a greater one was
/// reserved, and a new source starts after the bound it is given. Bounds are reserved a minute
/// ahead, so that the file is written about once a minute at most however many handshakes run. A
/// node that restarts sends timestamps up to a minute ahead of its clock, which nobody minds.
///
/// The clock's low bits are cleared: peers learn the time to 2^24 ns (17 ms) only, which is what
/// other implementations show too. Thread-safe: calls take turns.
public final class IncreasingTimestamps implements TimestampSource {
    /// Keeps the bound through restarts.
    @FunctionalInterface
    public interface Reservation {
        /// For devices that keep nothing: after a restart the clock alone orders handshakes.
        Reservation NONE = _ -> true;

        /// Stores `bound` durably before it returns; called once for each minute of timestamps,
        /// while a handshake waits.
        ///
        /// @return false where it could not be stored: the handshake goes on, since a tunnel that
        ///     works until the next restart is better than none, and the next one tries again
        boolean reserve(Tai64n bound);
    }

    /// How far ahead a bound is reserved.
    static final int RESERVED_SECONDS = 60;

    private static final int VISIBLE_NANOS = -(1 << 24);

    private final Object lock = new Object();
    private final InstantSource clock;
    private final Reservation reservation;

    @GuardedBy("lock")
    private Tai64n last;

    @GuardedBy("lock")
    private Tai64n bound;

    /// @param clock the wall clock
    /// @param bound the last bound that an earlier device with the same private key reserved;
    ///     [Tai64n#ZERO] where there was none
    public IncreasingTimestamps(InstantSource clock, Tai64n bound, Reservation reservation) {
        this.clock = clock;
        this.reservation = reservation;
        this.last = bound;
        this.bound = bound;
    }

    @Override
    public byte[] next() {
        synchronized (lock) {
            Instant now = clock.instant();
            Tai64n visible = Tai64n.ofUnix(now.getEpochSecond(), now.getNano() & VISIBLE_NANOS);
            last = visible.isAfter(last) ? visible : last.next();
            if (last.isAfter(bound)) {
                Tai64n ahead = last.plusSeconds(RESERVED_SECONDS);
                if (reservation.reserve(ahead)) {
                    bound = ahead;
                }
            }
            return last.toBytes();
        }
    }
}
