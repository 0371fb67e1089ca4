// SPDX-License-Identifier: Apache-2.0
package warren.linux.crypto;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A ChaCha20-Poly1305 key in native memory, for [CipherBurst]. Not thread-safe: the owner
/// serialises use and closing; any thread may do either.
public final class IpsecMbKey implements AutoCloseable {
    public static final int KEY_LENGTH = ChaCha20Poly1305Key.KEY_LENGTH;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory = arena.allocate(KEY_LENGTH, Long.BYTES);
    private boolean wiped;

    IpsecMbKey(byte[] key) {
        if (key.length != KEY_LENGTH) {
            arena.close();
            throw new IllegalArgumentException("a key has 32 bytes, not " + key.length);
        }
        MemorySegment.copy(key, 0, memory, JAVA_BYTE, 0, KEY_LENGTH);
    }

    long address() {
        if (wiped) {
            throw new IllegalStateException("the key is wiped");
        }
        return memory.address();
    }

    /// Wipes the key. Idempotent.
    @Override
    public void close() {
        if (!wiped) {
            wiped = true;
            memory.fill((byte) 0);
            arena.close();
        }
    }

    @Override
    public String toString() {
        return "IpsecMbKey(redacted)";
    }
}
