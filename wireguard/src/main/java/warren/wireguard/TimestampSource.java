// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

/// The timestamps of this device's handshake initiations: each after every one before it, whatever
/// the wall clock does, and also across restarts.
///
/// A peer remembers the greatest timestamp it accepted and refuses any that is not greater, for as
/// long as it runs. So a clock that is set back, or was wrong once, must not show: where the clock
/// is not past the last timestamp, the next one is a nanosecond after it.
///
/// For restarts a *bound* is kept in a file. No timestamp passes the bound before a greater one was
/// reserved, and a new source starts after the bound it is given. Bounds are reserved a minute
/// ahead, so that the file is written about once a minute at most however many handshakes run. A
/// node that restarts sends timestamps up to a minute ahead of its clock, which nobody minds.
///
/// The clock's low bits are cleared: peers learn the time to 2^24 ns (17 ms) only, which is what
/// other implementations show too. Confined to the device's owner.
public final class TimestampSource {
    /// Keeps the bound through restarts.
    @FunctionalInterface
    public interface Reservation {
        /// For devices that keep nothing: after a restart the clock alone orders handshakes.
        Reservation NONE = _ -> true;

        /// Stores `bound` durably, before it returns. It is called between two handshakes at most
        /// once for each minute of timestamps.
        ///
        /// @return false where it could not be stored: the handshake goes on, since a tunnel that
        ///     works until the next restart is better than none, and the next one tries again
        boolean reserve(Tai64n bound);
    }

    /// How far ahead a bound is reserved.
    static final int RESERVED_SECONDS = 60;

    private static final int VISIBLE_NANOS = -(1 << 24);

    private final Reservation reservation;
    private Tai64n last;
    private Tai64n bound;

    /// @param bound the last bound reserved by this key's earlier device; [Tai64n#ZERO] where there
    ///     was none
    public TimestampSource(Tai64n bound, Reservation reservation) {
        this.reservation = reservation;
        this.last = bound;
        this.bound = bound;
    }

    /// The next timestamp.
    ///
    /// @param unixSeconds the wall clock, seconds since 1970
    /// @param nanos its fraction: 0 to 999,999,999
    public Tai64n next(long unixSeconds, int nanos) {
        Tai64n visible = Tai64n.ofUnix(unixSeconds, nanos & VISIBLE_NANOS);
        last = visible.isAfter(last) ? visible : last.next();
        if (last.isAfter(bound)) {
            Tai64n ahead = last.plusSeconds(RESERVED_SECONDS);
            if (reservation.reserve(ahead)) {
                bound = ahead;
            }
        }
        return last;
    }
}
