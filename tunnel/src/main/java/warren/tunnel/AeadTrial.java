// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import warren.wireguard.Aead;
import warren.wireguard.PacketBatch;

/// Finds out at the start which of two backends costs this processor less, and whether they agree:
/// a few large packets and a few small ones, of which each backend opens what the other sealed.
///
/// The difference of the two sizes is what counts, the price of a byte. At the start Java code is
/// still interpreted, so that what surrounds the cipher would cost more than the cipher. Takes two
/// milliseconds; the cheapest round counts, because a process that starts is often interrupted.
final class AeadTrial {
    private static final System.Logger LOG = System.getLogger(AeadTrial.class.getName());
    private static final int ROUNDS = 16;
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
        /// The first, which works in batches.
        FIRST,
        SECOND,
        /// One of them computes wrongly.
        DISAGREE
    }

    /// @param first works in batches: a packet of it costs less beside its bytes, so it may take a
    ///     fifth more for each of these
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
        long firstBytes = least[0] - least[1];
        long secondBytes = least[2] - least[3];
        LOG.log(
                Level.DEBUG,
                "Encryption was tried: bytes={0} first={1}ns second={2}ns",
                LARGE - SMALL,
                firstBytes,
                secondBytes);
        return 5 * firstBytes < 6 * secondBytes ? Outcome.FIRST : Outcome.SECOND;
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
