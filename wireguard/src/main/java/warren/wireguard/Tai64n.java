// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.Arrays;

/// A TAI64N label (whitepaper section 5.4.2): the handshake's protection against replay. Twelve
/// bytes that sort as time does: 2^62 plus TAI seconds, then nanoseconds, big-endian.
///
/// Receivers only compare labels, as bytes: one from a stranger may hold nanoseconds that are none.
/// Immutable.
///
/// @param seconds the first eight bytes, an unsigned number
/// @param nanos the last four bytes, an unsigned number
public record Tai64n(long seconds, int nanos) implements Comparable<Tai64n> {
    /// Bytes of a label.
    public static final int LENGTH = 12;

    /// Before every label a clock makes: nothing received, nothing sent.
    public static final Tai64n ZERO = new Tai64n(0, 0);

    /// 2^62, and the 10 seconds that TAI was ahead of UTC in 1970; leap seconds since are ignored,
    /// as the other implementations do.
    private static final long EPOCH = (1L << 62) + 10;

    private static final int NANOS_PER_SECOND = 1_000_000_000;

    /// @param nanos 0 to 999,999,999
    static Tai64n ofUnix(long seconds, int nanos) {
        return new Tai64n(EPOCH + seconds, nanos);
    }

    /// Reads the label at `bytes[at, at + 12)`.
    public static Tai64n read(byte[] bytes, int at) {
        return new Tai64n(number(bytes, at, 8), (int) number(bytes, at + 8, 4));
    }

    /// Writes the label to `bytes[at, at + 12)`.
    public void write(byte[] bytes, int at) {
        for (int i = 0; i < 8; i++) {
            bytes[at + i] = (byte) (seconds >>> (56 - 8 * i));
        }
        for (int i = 0; i < 4; i++) {
            bytes[at + 8 + i] = (byte) (nanos >>> (24 - 8 * i));
        }
    }

    /// The 12 bytes in a new array.
    public byte[] toBytes() {
        byte[] bytes = new byte[LENGTH];
        write(bytes, 0);
        return bytes;
    }

    public boolean isAfter(Tai64n other) {
        return compareTo(other) > 0;
    }

    @Override
    public int compareTo(Tai64n other) {
        int bySeconds = Long.compareUnsigned(seconds, other.seconds);
        return bySeconds != 0 ? bySeconds : Integer.compareUnsigned(nanos, other.nanos);
    }

    /// The smallest proper label after this one.
    Tai64n next() {
        return Integer.compareUnsigned(nanos, NANOS_PER_SECOND - 1) < 0
                ? new Tai64n(seconds, nanos + 1)
                : new Tai64n(seconds + 1, 0);
    }

    Tai64n plusSeconds(long more) {
        return new Tai64n(seconds + more, nanos);
    }

    private static long number(byte[] bytes, int at, int count) {
        long value = 0;
        for (byte b : Arrays.copyOfRange(bytes, at, at + count)) {
            value = value << 8 | (b & 0xff);
        }
        return value;
    }
}
