// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.Arrays;

/// Which counters of a session were received: a sliding window over the last 8128, as RFC 6479
/// describes it: a ring of words in which one word is always being cleared, so that nothing is ever
/// shifted. Counters are unsigned. Not thread-safe.
public final class ReplayWindow {
    /// How far behind the highest counter an unseen one is still accepted.
    public static final int SIZE = 8192 - Long.SIZE;

    private static final int WORDS = (SIZE + Long.SIZE) / Long.SIZE;

    private final long[] seen = new long[WORDS];
    private long highest;

    public ReplayWindow() {}

    /// Takes the counter of a packet that has been authenticated.
    ///
    /// @return false where it was received before, is too old to tell, or is past
    ///     [ProtocolConstants#REJECT_AFTER_MESSAGES]
    public boolean accept(long counter) {
        if (Long.compareUnsigned(counter, ProtocolConstants.REJECT_AFTER_MESSAGES) >= 0) {
            return false;
        }
        long word = counter >>> 6;
        if (Long.compareUnsigned(counter, highest) > 0) {
            forget(word);
            highest = counter;
        } else if (Long.compareUnsigned(highest - counter, SIZE) > 0) {
            return false;
        }
        int index = (int) word & (WORDS - 1);
        long bit = 1L << counter;
        boolean fresh = (seen[index] & bit) == 0;
        seen[index] |= bit;
        return fresh;
    }

    /// Forgets everything: for a new key.
    public void reset() {
        Arrays.fill(seen, 0);
        highest = 0;
    }

    /// Clears the words between the highest counter's and `word`, which is included.
    private void forget(long word) {
        long current = highest >>> 6;
        int words = (int) Math.min(word - current, WORDS);
        for (int i = 1; i <= words; i++) {
            seen[(int) (current + i) & (WORDS - 1)] = 0;
        }
    }
}
