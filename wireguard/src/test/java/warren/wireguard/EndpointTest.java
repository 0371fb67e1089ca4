// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

final class EndpointTest {
    @Test
    void printsAsWgDoes() {
        assertEquals("192.0.2.1:51820", endpoint("192.0.2.1").toString());
        assertEquals("[2001:db8::1]:51820", endpoint("2001:db8::1").toString());
        IpAddress linkLocal = IpAddress.parse("fe80::1");
        assertEquals("[fe80::1%3]:51820", new Endpoint(linkLocal, 51820, 3, null, 0).toString());
    }

    @Test
    void forgetsItsSourceAndKeepsTheRest() {
        IpAddress source = IpAddress.parse("fe80::2");
        Endpoint sticky = new Endpoint(IpAddress.parse("fe80::1"), 7, 3, source, 3);
        Endpoint free = sticky.withoutSource();
        assertNull(free.source());
        assertEquals(0, free.sourceInterface());
        assertEquals(sticky.toString(), free.toString());
        assertSame(free, free.withoutSource());
    }

    @Test
    void refusesPortsThatAreNone() {
        IpAddress address = IpAddress.parse("192.0.2.1");
        assertThrows(IllegalArgumentException.class, () -> Endpoint.of(address, 0));
        assertThrows(IllegalArgumentException.class, () -> Endpoint.of(address, 65536));
    }

    private static Endpoint endpoint(String address) {
        return Endpoint.of(IpAddress.parse(address), 51820);
    }
}
