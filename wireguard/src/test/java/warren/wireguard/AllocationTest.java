// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/// The packet path makes no garbage. Measured with an AEAD that makes none; the bound is far above
/// what the measurement itself costs and far below one small object a packet.
class AllocationTest {
    private static final int RUN = 8;
    private static final int WARM_UP = 20_000;
    private static final int RUNS = 50_000;
    private static final long BYTES_FOR_ALL = 400_000; // one byte a packet

    private final TestPair pair = ClearAead.pair(new ClearAead());
    private final byte[] packet = TestNode.ip("10.0.0.1", "10.0.0.2", 84, 1);

    @Test
    void routeSealAndOpenAllocateNothingPerPacket() {
        pair.connect();
        carry(WARM_UP);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        carry(RUNS);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < BYTES_FOR_ALL, () -> "allocated " + allocated + " bytes");
    }

    private void carry(int runs) {
        PacketBatch batch = pair.a.batch;
        for (int run = 0; run < runs; run++) {
            pair.a.now += 100;
            pair.b.now += 100;
            load(batch);
            Peer peer = null;
            for (int i = 0; i < RUN; i++) {
                peer = pair.a.device.route(batch, i);
            }
            peer.seal(batch, 0, RUN, TestNode.MTU, pair.a.now, pair.a.outbox);
            Keypair keypair = null;
            for (int i = 0; i < RUN; i++) {
                assertEquals(
                        MessageKind.TRANSPORT,
                        MessageKind.of(batch.memory, batch.offset[i], batch.length[i]));
                keypair = pair.b.device.keypair(batch, i);
            }
            int opened = keypair.open(batch, 0, RUN, pair.a.address, pair.b.now, pair.b.outbox);
            assertEquals(RUN, opened);
        }
    }

    private void load(PacketBatch batch) {
        for (int i = 0; i < RUN; i++) {
            batch.offset[i] = 256 * i + 16;
            batch.length[i] = packet.length;
            MemorySegment.copy(
                    packet, 0, batch.memory, ValueLayout.JAVA_BYTE, batch.offset[i], packet.length);
        }
    }
}
