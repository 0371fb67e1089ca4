// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class CidrTest {
    @Test
    void hostBitsAreKeptUntilMasked() {
        assertEquals("10.100.3.7/26", Cidr.parse("10.100.3.7/26").toString());
        assertEquals("10.100.3.0/26", Cidr.parse("10.100.3.7/26").masked().toString());
        assertEquals(Cidr.parse("0.0.0.0/0"), Cidr.parse("255.255.255.255/0").masked());
        assertEquals(Cidr.parse("fd00:8000::/17"), Cidr.parse("fd00:ffff::1/17").masked());
        assertEquals(128, Cidr.parse("fd00::1").prefixLength());
        assertEquals(32, Cidr.parse("10.0.0.1").prefixLength());
    }

    @Test
    void overlapIsContainmentOfEither() {
        var wide = Cidr.parse("10.0.0.0/8");
        var narrow = Cidr.parse("10.100.0.0/16");
        assertTrue(wide.overlaps(narrow) && narrow.overlaps(wide));
        assertFalse(narrow.overlaps(Cidr.parse("10.101.0.0/16")));
        assertFalse(Cidr.parse("0.0.0.0/0").overlaps(Cidr.parse("::/0")));
        assertTrue(narrow.contains(InetAddress.ofLiteral("10.100.255.255")));
        assertFalse(narrow.contains(InetAddress.ofLiteral("10.101.0.0")));
    }

    @Test
    void whatIsNoPrefixIsRefused() {
        for (var text : List.of("10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/", "/8", "a/8")) {
            assertThrows(IllegalArgumentException.class, () -> Cidr.parse(text), text);
        }
    }

    @Test
    void interfaceNamesFollowTheKernelsRules() {
        for (var name : List.of("", ".", "..", "a/b", "a b", "a:b", "sixteen-letters-")) {
            assertThrows(
                    IllegalArgumentException.class, () -> LinkSettings.requireName(name), name);
        }
        assertEquals("fifteen-letters", LinkSettings.requireName("fifteen-letters"));
    }
}
