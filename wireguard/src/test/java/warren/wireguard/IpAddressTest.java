// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IpAddressTest {
    /// RFC 5952 sections 1 to 5: how each address may be written and how it should be.
    @ParameterizedTest
    @CsvSource({
        "2001:0db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8::1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8:0000:0:1::1, 2001:db8::1:0:0:1",
        "2001:DB8:0:0:1::1, 2001:db8::1:0:0:1",
        "2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001, 2001:db8:aaaa:bbbb:cccc:dddd:eeee:1",
        "2001:db8:aaaa:bbbb:cccc:dddd:0:1, 2001:db8:aaaa:bbbb:cccc:dddd:0:1",
        "2001:db8::aaaa:bbbb:cccc:dddd:1, 2001:db8:0:aaaa:bbbb:cccc:dddd:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "1:0:0:0:0:0:0:0, 1::",
        "0:0:1:0:0:0:0:0, 0:0:1::",
        "fd00::192.0.2.33, fd00::c000:221",
        "::ffff:192.0.2.33, ::ffff:c000:221",
        "::ffff:c000:221, ::ffff:c000:221"
    })
    void writesIpv6AsRfc5952Recommends(String text, String recommended) {
        assertEquals(recommended, IpAddress.parse(text).toString());
    }

    @Test
    void writesAndReadsAsTheJdkDoes() throws UnknownHostException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
            random.nextBytes(bytes);
            for (int group = 0; group < bytes.length; group += 2) {
                if (random.nextBoolean()) {
                    bytes[group] = 0;
                    bytes[group + 1] = 0;
                }
            }
            IpAddress address = IpAddress.of(bytes);
            String text = address.toString();
            assertArrayEquals(bytes, address.toBytes(), "seed " + seed);
            assertEquals(address, IpAddress.parse(text), "seed " + seed);
            if (!text.startsWith("::ffff:")) { // the JDK makes IPv4 of those
                assertArrayEquals(bytes, InetAddress.ofLiteral(text).getAddress(), "seed " + seed);
                InetAddress inet = InetAddress.getByAddress(bytes);
                assertEquals(address, IpAddress.parse(inet.getHostAddress()), "seed " + seed);
                assertEquals(address, IpAddress.of(inet), "seed " + seed);
                assertEquals(inet, address.toInetAddress(), "seed " + seed);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.256",
                "01.2.3.4",
                "1.2.3.4 ",
                " 1.2.3.4",
                "1.2.3.-4",
                "1.2.3.+4",
                "0x1.2.3.4",
                "1.2.3.99999999999",
                "localhost",
                "example.com",
                ":",
                ":::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "::12345",
                "::00001",
                "::g",
                "[::1]",
                "::1%lo",
                "fe80::1%2",
                ":1:2:3:4:5:6:7:8",
                "1:2:3:4:5:6:7:8:",
                "::1.2.3",
                "::1.2.3.04",
                "1.2.3.4::",
                "::1.2.3.4:5",
                "::1\n",
                "١.٢.٣.٤"
            })
    void refusesWhatIsNoAddressNamingIt(String text) {
        var thrown = assertThrows(IllegalArgumentException.class, () -> IpAddress.parse(text));
        assertTrue(thrown.getMessage().contains(text));
    }

    @Test
    void sortsIpv4FirstAndEachFamilyUnsigned() {
        String[] sorted = {
            "0.0.0.0", "9.255.255.255", "10.0.0.0", "127.0.0.1", "128.0.0.0", "255.255.255.255",
            "::", "::1", "::8000:0:0:0", "7fff::", "8000::", "ffff::"
        };
        for (int i = 0; i < sorted.length; i++) {
            for (int j = 0; j < sorted.length; j++) {
                int found = IpAddress.parse(sorted[i]).compareTo(IpAddress.parse(sorted[j]));
                assertEquals(Integer.compare(i, j), Integer.signum(found));
            }
        }
    }

    @Test
    void refusesNumbersThatAreNoAddress() {
        assertThrows(IllegalArgumentException.class, () -> new IpAddress(33, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new IpAddress(32, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new IpAddress(32, 0, 1L << 32));
        assertThrows(IllegalArgumentException.class, () -> IpAddress.of(new byte[5]));
        assertEquals("255.255.255.255", IpAddress.v4(-1).toString());
    }
}
