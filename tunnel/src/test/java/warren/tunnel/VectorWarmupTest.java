// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import warren.wireguard.Aead;
import warren.wireguard.PacketBatch;

/// The switch from libcrypto to the vector code under traffic, with the real compiler.
class VectorWarmupTest {
    private static final int PACKETS = 45;
    private static final int STRIDE = 2048;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void trafficSwitchesToVectorsThatLeaveNoGarbage() throws InterruptedException {
        Assumptions.assumeTrue(ChaChaLanes.isNative(), "a processor with AVX-512");
        Aead aead = AeadChoice.choose("vector");
        assertEquals("libcrypto", aead.name());
        try (Arena arena = Arena.ofConfined();
                Aead.Key key = aead.key(new byte[32])) {
            PacketBatch batch = new PacketBatch(arena.allocate(PACKETS * STRIDE, 64), PACKETS);
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!aead.name().equals("vector")) {
                // which is faster is for this machine to say, at this moment: no failure
                Assumptions.assumeTrue(System.nanoTime() < end, "the vector code won here");
                roundTrips(key, batch, 20);
                Thread.sleep(2);
            }
            roundTrips(key, batch, 2000);
            assertEquals("vector", aead.name());
            long before = VectorWatch.THREADS.getCurrentThreadAllocatedBytes();
            roundTrips(key, batch, 200);
            long garbage = VectorWatch.THREADS.getCurrentThreadAllocatedBytes() - before;
            assertTrue(garbage < 200 * PACKETS, "garbage=" + garbage);
        }
    }

    private static void roundTrips(Aead.Key key, PacketBatch batch, int count) {
        for (int n = 0; n < count; n++) {
            for (int i = 0; i < PACKETS; i++) {
                batch.offset[i] = i * STRIDE;
                batch.length[i] = 1420;
                batch.counter[i] = i;
            }
            key.seal(batch, 0, PACKETS);
            key.open(batch, 0, PACKETS);
            for (int i = 0; i < PACKETS; i++) {
                assertTrue(batch.authentic[i]);
            }
        }
    }

    @Test
    void aGateAdmitsNothingUntilItIsOpen() {
        VectorGate gate = new VectorGate();
        assertFalse(gate.admits(64));
        gate.open(VectorCost.UNKNOWN);
        assertTrue(gate.admits(64));
        assertTrue(gate.admits(1));
        gate.shut("test", 0);
        assertFalse(gate.admits(64));
    }
}
