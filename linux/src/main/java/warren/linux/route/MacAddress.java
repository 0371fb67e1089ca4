// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import java.util.HexFormat;

/// A 48-bit link-layer address. Immutable.
public record MacAddress(long bits) {
    static final int LENGTH = 6;
    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

    public MacAddress {
        if (bits >>> 48 != 0) {
            throw new IllegalArgumentException("more than 48 bits");
        }
    }

    /// Six bytes, in the order they are on the wire.
    static MacAddress of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a link address of " + bytes.length + " bytes");
        }
        long bits = 0;
        for (byte b : bytes) {
            bits = (bits << 8) | (b & 0xff);
        }
        return new MacAddress(bits);
    }

    /// Reads `02:00:00:00:00:01`.
    ///
    /// @throws IllegalArgumentException when it is not that
    public static MacAddress parse(String text) {
        return of(COLONS.parseHex(text));
    }

    byte[] toBytes() {
        byte[] bytes = new byte[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            bytes[i] = (byte) (bits >>> (8 * (LENGTH - 1 - i)));
        }
        return bytes;
    }

    @Override
    public String toString() {
        return COLONS.formatHex(toBytes());
    }
}
