// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/// An [Aead] that encrypts nothing and allocates nothing, and whose tag is sixteen times the byte
/// 0xa5. It notices two threads in one key, and use after close.
final class ClearAead implements Aead {
    final AtomicInteger open = new AtomicInteger();

    /// Two nodes over `aead`, with the keys of seeds 1 and 2.
    static TestPair pair(Aead aead) {
        return pair(aead, 1);
    }

    static TestPair pair(Aead aead, int lanes) {
        return new TestPair(node("192.0.2.1", 1, aead, lanes), node("192.0.2.2", 2, aead, lanes));
    }

    private static TestNode node(String address, int seed, Aead aead, int lanes) {
        Random random = new Random(seed);
        byte[] key = new byte[32];
        random.nextBytes(key);
        return new TestNode(
                address, new PrivateKey(key), random::nextBytes, TestNode.counting(), aead, lanes);
    }

    @Override
    public String name() {
        return "clear";
    }

    @Override
    public Key key(byte[] key) {
        open.incrementAndGet();
        return new ClearKey();
    }

    private final class ClearKey implements Key {
        private final AtomicInteger users = new AtomicInteger();
        private boolean closed;

        @Override
        public void seal(PacketBatch batch, int from, int to) {
            enter();
            for (int i = from; i < to; i++) {
                long end = batch.offset[i] + (long) batch.length[i];
                for (int k = 0; k < TAG_LENGTH; k++) {
                    batch.memory.set(ValueLayout.JAVA_BYTE, end + k, (byte) 0xa5);
                }
                batch.length[i] += TAG_LENGTH;
            }
            users.decrementAndGet();
        }

        @Override
        public void open(PacketBatch batch, int from, int to) {
            enter();
            for (int i = from; i < to; i++) {
                batch.authentic[i] = batch.length[i] >= TAG_LENGTH;
                batch.length[i] = Math.max(0, batch.length[i] - TAG_LENGTH);
                long end = batch.offset[i] + (long) batch.length[i];
                for (int k = 0; k < TAG_LENGTH && batch.authentic[i]; k++) {
                    batch.authentic[i] =
                            batch.memory.get(ValueLayout.JAVA_BYTE, end + k) == (byte) 0xa5;
                }
            }
            users.decrementAndGet();
        }

        @Override
        public void close() {
            if (!closed) {
                enter();
                closed = true;
                open.decrementAndGet();
                users.decrementAndGet();
            }
        }

        private void enter() {
            if (closed) {
                throw new IllegalStateException("used after it was closed");
            }
            if (users.incrementAndGet() != 1) {
                throw new IllegalStateException("used by two threads at once");
            }
        }
    }
}
