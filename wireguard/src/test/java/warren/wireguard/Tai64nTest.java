// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class Tai64nTest {
    /// The example of cr.yp.to/libtai/tai64.html: 1992-06-02 08:07:09 TAI, here from the same
    /// moment counted without leap seconds.
    @Test
    void writesTheLabelOfTheDefinition() {
        assertEquals(
                "400000002a2b2c2d00000001",
                HexFormat.of().formatHex(Tai64n.ofUnix(0x2a2b2c2d - 10, 1).toBytes()));
    }

    @Test
    void readsWhatItWrote() {
        byte[] bytes = new byte[20];
        Tai64n label = Tai64n.ofUnix(1_800_000_000, 999_999_999);
        label.write(bytes, 5);
        assertEquals(label, Tai64n.read(bytes, 5));
    }

    @Test
    void sortsAsItsBytesDo() {
        Random random = new Random(1);
        byte[] a = new byte[12];
        byte[] b = new byte[12];
        for (int i = 0; i < 10_000; i++) {
            random.nextBytes(a);
            random.nextBytes(b);
            if (random.nextBoolean()) {
                System.arraycopy(a, 0, b, 0, random.nextInt(13));
            }
            int expected = Integer.signum(Arrays.compareUnsigned(a, b));
            int found = Integer.signum(Tai64n.read(a, 0).compareTo(Tai64n.read(b, 0)));
            assertEquals(expected, found);
        }
    }

    @Test
    void theNextLabelIsANanosecondLaterAlsoOverASecond() {
        Tai64n last = Tai64n.ofUnix(7, 999_999_999);
        assertEquals(Tai64n.ofUnix(8, 0), last.next());
        assertEquals(Tai64n.ofUnix(7, 1), Tai64n.ofUnix(7, 0).next());
    }

    @Test
    void theNextLabelIsLaterEvenAfterNanosecondsThatAreNone() {
        Tai64n odd = new Tai64n(5, -1);
        assertTrue(odd.next().isAfter(odd));
    }
}
