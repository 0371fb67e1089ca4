// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class IpPrefixTest {
    @Test
    void masksAndContainsAsArithmeticOnBigNumbersDoes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 50_000; i++) {
            IpAddress a = address(random);
            int length = random.nextInt(a.bits() + 1);
            IpPrefix prefix = new IpPrefix(a, length);
            BigInteger size = BigInteger.ONE.shiftLeft(a.bits() - length);
            BigInteger first = number(a).divide(size).multiply(size);
            assertEquals(first, number(prefix.address()), "seed " + seed);
            IpAddress b = address(random);
            boolean inside =
                    a.bits() == b.bits()
                            && number(b).compareTo(first) >= 0
                            && number(b).compareTo(first.add(size)) < 0;
            assertEquals(inside, prefix.contains(b), "seed " + seed);
            assertEquals(prefix, IpPrefix.parse(prefix.toString()), "seed " + seed);
        }
    }

    @Test
    void clearsHostBits() {
        assertEquals("10.100.0.0/16", IpPrefix.parse("10.100.3.4/16").toString());
        assertEquals("fd00::/8", IpPrefix.parse("fdff::1/8").toString());
        assertEquals("0.0.0.0/0", IpPrefix.parse("255.255.255.255/0").toString());
        assertEquals("::/0", IpPrefix.parse("ffff::1/0").toString());
        assertEquals("2001:db8:0:1::/64", IpPrefix.parse("2001:db8:0:1:2::/64").toString());
    }

    @Test
    void aBareAddressIsOneAddress() {
        assertEquals("10.0.0.1/32", IpPrefix.parse("10.0.0.1").toString());
        assertEquals("::1/128", IpPrefix.parse("::1").toString());
        assertTrue(IpPrefix.parse("::1").isSingle());
        assertFalse(IpPrefix.parse("::/127").isSingle());
    }

    @Test
    void overlapsWhereOneHoldsTheOther() {
        IpPrefix wide = IpPrefix.parse("10.0.0.0/8");
        IpPrefix narrow = IpPrefix.parse("10.1.0.0/16");
        assertTrue(wide.contains(narrow));
        assertFalse(narrow.contains(wide));
        assertTrue(wide.contains(wide));
        assertTrue(wide.overlaps(narrow) && narrow.overlaps(wide));
        assertFalse(narrow.overlaps(IpPrefix.parse("10.2.0.0/16")));
        assertFalse(IpPrefix.parse("0.0.0.0/0").overlaps(IpPrefix.parse("::/0")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/+8",
                "10.0.0.0/8/8",
                "10.0.0.0/ 8",
                "10.0.0.0/255.0.0.0",
                "::/129",
                "::/9999",
                "10/8"
            })
    void refusesWhatIsNoPrefix(String text) {
        assertThrows(IllegalArgumentException.class, () -> IpPrefix.parse(text));
    }

    private static IpAddress address(Random random) {
        return random.nextBoolean()
                ? IpAddress.v4(random.nextInt() >> random.nextInt(32))
                : IpAddress.v6(
                        random.nextLong() >> random.nextInt(64),
                        random.nextLong() >> random.nextInt(64));
    }

    private static BigInteger number(IpAddress address) {
        return new BigInteger(1, address.toBytes());
    }
}
