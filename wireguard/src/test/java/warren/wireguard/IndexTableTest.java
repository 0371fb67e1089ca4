// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IndexTableTest {
    @Test
    void findsWhatAMapFinds() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        IndexTable table = new IndexTable(random::nextBytes);
        Peer peer = TestNode.seeded("192.0.2.1", 1).device.addPeer(new PublicKey(new byte[32]));
        Map<Integer, IndexTable.Entry> model = new HashMap<>();
        List<Integer> gone = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            if (random.nextInt(3) > 0 || model.isEmpty()) {
                IndexTable.Entry entry = table.allocate(peer);
                assertNull(model.put(entry.index, entry), "seed " + seed);
            } else {
                int index = model.keySet().iterator().next();
                IndexTable.Entry entry = model.remove(index);
                entry.release();
                entry.release();
                gone.add(index);
            }
        }
        assertEquals(model.size(), table.size(), "seed " + seed);
        model.forEach((index, entry) -> assertSame(entry, table.find(index), "seed " + seed));
        for (int index : gone) {
            assertSame(model.get(index), table.find(index), "seed " + seed);
        }
    }
}
