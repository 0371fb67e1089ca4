// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class DeviceTest {
    @Test
    void firstPacketWaitsForTheHandshakeAndThenArrives() {
        TestPair pair = new TestPair();
        assertEquals(SealOutcome.STAGED, pair.sendFromA(7));
        assertEquals(MessageKind.INITIATION, pair.a.sent.element().kind());
        pair.deliver();
        assertEquals(1, pair.b.delivered.size());
        assertArrayEquals(TestNode.ip("10.0.0.1", "10.0.0.2", 84, 7), pair.b.delivered.getFirst());
        assertEquals(0, pair.a.drops() + pair.b.drops());
    }
}
