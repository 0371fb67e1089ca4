// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Bytes from strangers: whatever they are, nothing is thrown, nobody moves, nothing is delivered,
/// and every datagram is counted once as dropped.
class DatagramFuzzTest {
    /// Shared, since a datagram that does what it should changes nothing.
    private static final TestPair PAIR = TestPair.connected();

    @FuzzTest
    void parserTakesAnything(byte[] data) {
        MessageKind.of(MemorySegment.ofArray(data), 0, data.length);
    }

    @FuzzTest
    void deviceTakesAnyDatagram(byte[] data) {
        PAIR.b.underLoad = false;
        check(data);
        PAIR.b.underLoad = true;
        check(data);
    }

    /// Past the first check: what an attacker can make who knows our public key.
    @FuzzTest
    void deviceTakesAnyDatagramWithARightMac1(byte[] data) {
        if (data.length < MessageLayout.INITIATION_LENGTH) {
            return;
        }
        PAIR.b.underLoad = false;
        check(forged(data, 1, MessageLayout.INITIATION_LENGTH));
        check(forged(data, 2, MessageLayout.RESPONSE_LENGTH));
    }

    private static byte[] forged(byte[] data, int type, int length) {
        byte[] message = Arrays.copyOf(data, length);
        MessageWriter.into(message, type);
        int mac1At = length - 2 * MessageLayout.MAC;
        byte[] mac1 = CookieKeys.mac(CookieKeys.mac1Key(PAIR.b.key()), message, mac1At);
        System.arraycopy(mac1, 0, message, mac1At, mac1.length);
        return message;
    }

    private static void check(byte[] data) {
        if (data.length > 65_000) {
            return;
        }
        TestNode b = PAIR.b;
        Endpoint known = b.peer(PAIR.a).endpoint();
        long drops = b.drops();
        b.receive(data, Endpoint.of(IpAddress.parse("203.0.113.1"), 4444));
        if (b.drops() != drops + 1
                || !b.delivered.isEmpty()
                || !known.equals(b.peer(PAIR.a).endpoint())) {
            throw new AssertionError("a stranger's datagram had an effect");
        }
        b.sent.clear(); // cookie replies
    }
}
