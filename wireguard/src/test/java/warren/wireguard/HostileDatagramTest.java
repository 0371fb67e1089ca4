// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Twenty thousand datagrams of somebody who sees all traffic and our public key: each is one
/// counted drop and nothing else.
class HostileDatagramTest {
    private static final int DATAGRAMS = 20_000;
    private static final Endpoint ATTACKER = Endpoint.of(IpAddress.parse("203.0.113.66"), 6666);

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final TestPair pair = new TestPair();
    private final List<byte[]> seen = new ArrayList<>();

    @Test
    void hostileDatagramsChangeNothing() {
        pair.sendFromA(1);
        pair.deliver(
                wire -> {
                    seen.add(wire.bytes());
                    return true;
                });
        pair.b.delivered.clear();
        Peer peer = pair.b.peer(pair.a);
        for (int i = 0; i < DATAGRAMS; i++) {
            pair.b.underLoad = random.nextBoolean();
            byte[] datagram = hostile();
            pair.b.receive(datagram, ATTACKER);
            assertEquals(i + 1, pair.b.drops(), () -> "seed " + seed);
            assertEquals(pair.a.address, peer.endpoint(), () -> "seed " + seed);
            pair.b.sent.clear(); // cookie replies
        }
        assertEquals(List.of(), pair.b.delivered);
        assertEquals(1, pair.b.device.indices().size());
        assertEquals(SealOutcome.SEALED, pair.sendFromA(9));
        assertEquals(SealOutcome.SEALED, pair.sendFromB(9));
        pair.deliver();
        byte[] expected = TestNode.ip("10.0.0.1", "10.0.0.2", 84, 9);
        assertArrayEquals(expected, pair.b.delivered.getFirst());
        assertEquals(1, pair.a.delivered.size());
        assertNotNull(peer.lastHandshake());
    }

    private byte[] hostile() {
        byte[] base = seen.get(random.nextInt(seen.size()));
        return switch (random.nextInt(6)) {
            case 0 -> base; // replayed
            case 1 -> Arrays.copyOf(base, random.nextInt(base.length)); // truncated
            case 2 -> Arrays.copyOf(base, base.length + 1 + random.nextInt(64)); // grown
            case 3 -> flipped(base);
            case 4 -> signed(flipped(base));
            default -> noise();
        };
    }

    private byte[] flipped(byte[] base) {
        byte[] changed = base.clone();
        changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        return changed;
    }

    /// With the mac1 that anybody can make who knows our key.
    private byte[] signed(byte[] message) {
        int mac1At = message.length - 2 * MessageLayout.MAC;
        if (mac1At < MessageLayout.RESPONSE_MAC1) {
            return message;
        }
        byte[] mac1 = CookieKeys.mac(CookieKeys.mac1Key(pair.b.key()), message, mac1At);
        System.arraycopy(mac1, 0, message, mac1At, mac1.length);
        return message;
    }

    private byte[] noise() {
        byte[] bytes = new byte[random.nextInt(256)];
        random.nextBytes(bytes);
        if (bytes.length >= 4) {
            bytes[0] = (byte) (1 + random.nextInt(4));
            Arrays.fill(bytes, 1, 4, (byte) 0);
        }
        return bytes;
    }
}
