// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import warren.linux.crypto.CipherBurst;
import warren.linux.crypto.IpsecMb;
import warren.linux.crypto.IpsecMbKey;
import warren.wireguard.Aead;
import warren.wireguard.PacketBatch;

/// Transport encryption by libIPSec_MB, a whole batch in one call, in place and without garbage.
/// Thread-safe; each key is confined to its user.
final class IpsecMbAead implements Aead {
    private final IpsecMb library;

    IpsecMbAead(IpsecMb library) {
        this.library = library;
    }

    @Override
    public String name() {
        return "ipsec-mb";
    }

    @Override
    public Key key(byte[] key) {
        return new BurstKey(library, library.key(key));
    }

    private record BurstKey(IpsecMb library, IpsecMbKey key) implements Key {
        @Override
        public void seal(PacketBatch batch, int from, int to) {
            CipherBurst burst = library.borrow();
            for (int i = from; i < to; i += CipherBurst.MOST) {
                seal(burst, batch, i, Math.min(to, i + CipherBurst.MOST));
            }
            library.giveBack(burst);
        }

        private void seal(CipherBurst burst, PacketBatch batch, int from, int to) {
            burst.begin(to - from);
            for (int i = from; i < to; i++) {
                burst.seal(key, batch.memory, batch.offset[i], batch.length[i], batch.counter[i]);
                batch.length[i] += TAG_LENGTH;
            }
            burst.run(batch.memory);
        }

        @Override
        public void open(PacketBatch batch, int from, int to) {
            CipherBurst burst = library.borrow();
            int i = from;
            while (i < to) {
                int end = i;
                while (end < to && end < i + CipherBurst.MOST && batch.length[end] >= TAG_LENGTH) {
                    end++;
                }
                open(burst, batch, i, end);
                if (end < to && batch.length[end] < TAG_LENGTH) {
                    batch.authentic[end] = false;
                    batch.length[end] = 0;
                    end++;
                }
                i = end;
            }
            library.giveBack(burst);
        }

        /// Opens packets that are all long enough to have a tag.
        private void open(CipherBurst burst, PacketBatch batch, int from, int to) {
            burst.begin(to - from);
            for (int i = from; i < to; i++) {
                batch.length[i] -= TAG_LENGTH;
                burst.open(key, batch.memory, batch.offset[i], batch.length[i], batch.counter[i]);
            }
            burst.run(batch.memory);
            for (int i = from; i < to; i++) {
                batch.authentic[i] =
                        burst.isAuthentic(
                                i - from, batch.memory, batch.offset[i] + batch.length[i]);
            }
        }

        @Override
        public void close() {
            key.close();
        }
    }
}
