// SPDX-License-Identifier: Apache-2.0
package warren.linux.crypto;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.ByteOrder;
import java.util.Objects;

/// ChaCha20-Poly1305 (RFC 8439) under one key, without additional data, in place. The nonce is 32
/// zero bits and the counter in little-endian order, as WireGuard has it.
///
/// One EVP context lives as long as the key: setting a context up costs more than a small packet.
/// Per packet the nonce changes and nothing else. Makes no object after construction. Not
/// thread-safe: the owner serialises use and closing; any thread may do either.
public final class ChaCha20Poly1305Key implements AutoCloseable {
    public static final int KEY_LENGTH = 32;
    public static final int TAG_LENGTH = 16;

    private static final ValueLayout.OfLong LITTLE_LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    // Scratch memory: the nonce of 12 bytes, its counter at 4, then the int that EVP reports
    // lengths in.
    private static final long COUNTER = 4;
    private static final long OUT_LENGTH = 12;
    private static final long SCRATCH_LENGTH = 16;

    private static final int SEAL = 1;
    private static final int OPEN = 0;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment scratch = arena.allocate(SCRATCH_LENGTH, Long.BYTES);
    private final long nonce = scratch.address();
    private final long outLength = scratch.address() + OUT_LENGTH;
    private long context;

    ChaCha20Poly1305Key(byte[] key) {
        if (key.length != KEY_LENGTH) {
            throw new IllegalArgumentException("a key has 32 bytes, not " + key.length);
        }
        context = Evp.EVP_CIPHER_CTX_new.call();
        try {
            setKey(key);
        } catch (IllegalStateException e) {
            close();
            throw e;
        }
    }

    private void setKey(byte[] key) {
        try (Arena short_ = Arena.ofConfined()) {
            MemorySegment copy = short_.allocate(KEY_LENGTH);
            MemorySegment.copy(key, 0, copy, JAVA_BYTE, 0, KEY_LENGTH);
            long cipher = Evp.EVP_chacha20_poly1305.call();
            long done = Evp.EVP_CipherInit_ex.call(context, cipher, 0, copy.address(), nonce, SEAL);
            copy.fill((byte) 0);
            require(done, "EVP_CipherInit_ex");
        }
    }

    /// Encrypts `length` bytes at `offset` and writes the tag behind them, where `memory` must have
    /// room for it.
    ///
    /// @param memory native memory
    /// @param counter never used twice under one key
    public void seal(MemorySegment memory, long offset, int length, long counter) {
        long data = address(memory, offset, length);
        try {
            begin(counter, SEAL);
            update(data, length);
            long done = Evp.EVP_CipherFinal_ex.call(context, data + length, outLength);
            require(done, "EVP_CipherFinal_ex");
            tag(Evp.EVP_CTRL_AEAD_GET_TAG, data + length);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /// Decrypts `length` bytes at `offset` whose tag stands behind them: whether the tag is right.
    /// Where it is not, the bytes are undefined.
    ///
    /// @param memory native memory
    /// @param length without the tag
    public boolean open(MemorySegment memory, long offset, int length, long counter) {
        long data = address(memory, offset, length);
        try {
            begin(counter, OPEN);
            update(data, length);
            tag(Evp.EVP_CTRL_AEAD_SET_TAG, data + length);
            long authentic = Evp.EVP_CipherFinal_ex.call(context, data, outLength);
            return (int) authentic == 1;
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    private void begin(long counter, int direction) {
        if (context == 0) {
            throw new IllegalStateException("the key is wiped");
        }
        scratch.set(LITTLE_LONG, COUNTER, counter);
        require(
                Evp.EVP_CipherInit_ex.call(context, 0, 0, 0, nonce, direction),
                "EVP_CipherInit_ex");
    }

    private void update(long data, int length) {
        require(
                Evp.EVP_CipherUpdate.call(context, data, outLength, data, length),
                "EVP_CipherUpdate");
        require(scratch.get(JAVA_INT, OUT_LENGTH) == length ? 1 : 0, "EVP_CipherUpdate");
    }

    private void tag(int operation, long address) {
        long done = Evp.EVP_CIPHER_CTX_ctrl.call(context, operation, TAG_LENGTH, address);
        require(done, "EVP_CIPHER_CTX_ctrl");
    }

    /// @param done what an `int` function answered
    private static void require(long done, String function) {
        if ((int) done != 1) {
            throw new IllegalStateException(function + " failed");
        }
    }

    /// The address of a checked range of native memory with room for a tag behind it.
    static long address(MemorySegment memory, long offset, int length) {
        Objects.checkFromIndexSize(offset, (long) length + TAG_LENGTH, memory.byteSize());
        if (!memory.isNative() || length < 0) {
            throw new IllegalArgumentException("not a range of native memory");
        }
        return memory.address() + offset;
    }

    /// Wipes the key. Idempotent.
    @Override
    public void close() {
        if (context == 0) {
            return;
        }
        Evp.EVP_CIPHER_CTX_free.call(context);
        context = 0;
        arena.close();
    }

    @Override
    public String toString() {
        return "ChaCha20Poly1305Key(redacted)";
    }
}
