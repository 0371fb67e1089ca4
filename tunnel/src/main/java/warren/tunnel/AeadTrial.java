// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.foreign.Arena;
import warren.wireguard.Aead;
import warren.wireguard.PacketBatch;

/// Finds out at the start which of two backends costs this processor less, and whether they agree:
/// a few large packets and a few small ones, of which each backend opens what the other sealed.
///
/// The difference of the two sizes is what counts, the price of a byte. At the start Java code is
/// still interpreted, so that what surrounds the cipher would cost more than the cipher. Takes
/// about a millisecond.
final class AeadTrial {
    private static final int ROUNDS = 6;
    private static final int LARGE = 32_000;
    private static final int SMALL = 64;
    private static final int ROOM = LARGE + Aead.TAG_LENGTH;

    private final Aead.Key first;
    private final Aead.Key second;
    private final PacketBatch batch;
    private long counter;

    private AeadTrial(Arena arena, Aead.Key first, Aead.Key second) {
        this.first = first;
        this.second = second;
        this.batch = new PacketBatch(arena.allocate(ROOM, Long.BYTES), 1);
        batch.count = 1;
    }

    /// What a comparison found.
    enum Outcome {
        /// The first is faster.
        FIRST,
        SECOND,
        /// One of them computes wrongly.
        DISAGREE
    }

    static Outcome compare(Aead first, Aead second) {
        byte[] key = new byte[32];
        try (Arena arena = Arena.ofConfined();
                Aead.Key firstKey = first.key(key);
                Aead.Key secondKey = second.key(key)) {
            return new AeadTrial(arena, firstKey, secondKey).compare();
        }
    }

    private Outcome compare() {
        long[] least = {Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE};
        for (int round = 0; round < ROUNDS; round++) {
            least[0] = Math.min(least[0], seal(first, LARGE));
            if (!opens(second, LARGE)) {
                return Outcome.DISAGREE;
            }
            least[1] = Math.min(least[1], seal(first, SMALL));
            least[2] = Math.min(least[2], seal(second, LARGE));
            least[3] = Math.min(least[3], seal(second, SMALL));
            if (!opens(first, SMALL)) {
                return Outcome.DISAGREE;
            }
        }
        return least[0] - least[1] < least[2] - least[3] ? Outcome.FIRST : Outcome.SECOND;
    }

    private long seal(Aead.Key key, int length) {
        batch.length[0] = length;
        batch.counter[0] = ++counter;
        long start = System.nanoTime();
        key.seal(batch, 0, 1);
        return System.nanoTime() - start;
    }

    private boolean opens(Aead.Key key, int length) {
        key.open(batch, 0, 1);
        return batch.authentic[0] && batch.length[0] == length;
    }
}
