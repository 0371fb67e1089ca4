// SPDX-License-Identifier: Apache-2.0
package warren.linux.crypto;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.ByteOrder;
import java.util.Objects;

/// ChaCha20-Poly1305 (RFC 8439) over many packets in one call of libIPSec_MB, without additional
/// data, in place. The nonce is 32 zero bits and the counter in little-endian order, as WireGuard
/// has it. Packets are added and then done together by [#run].
///
/// One manager of the library, whose cipher of this kind is done when the call returns. Makes no
/// object after construction. One thread at a time.
public final class CipherBurst {
    /// Most packets of one run: `IMB_MAX_BURST_SIZE`.
    public static final int MOST = 128;

    public static final int TAG_LENGTH = ChaCha20Poly1305Key.TAG_LENGTH;

    private static final ValueLayout.OfLong LITTLE_LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    /// A nonce takes 12 bytes of 16, its counter at 4.
    private static final int NONCE_STRIDE = 16;

    private static final int NONCE_LENGTH = 12;
    private static final int COUNTER = 4;

    // For the life of the process: bursts are few and lent out again and again.
    private final MemorySegment manager = Imb.manager(Arena.global());
    private final MemorySegment jobs = Arena.global().allocate(JAVA_LONG, MOST);
    private final MemorySegment nonces = Arena.global().allocate((long) MOST * NONCE_STRIDE, 16);

    /// The tags of the packets being opened, as they should be.
    private final MemorySegment tags = Arena.global().allocate((long) MOST * TAG_LENGTH, 16);

    private int count;
    private int wanted;

    CipherBurst() {}

    /// Begins a run of up to `packets`, at most [#MOST].
    public void begin(int packets) {
        Objects.checkIndex(packets, MOST + 1);
        long got = (int) Imb.get_next_burst.call(manager.address(), packets, jobs.address());
        if (got != packets) {
            throw new IllegalStateException(
                    "libIPSec_MB has " + got + " free jobs, not " + packets);
        }
        wanted = packets;
        count = 0;
    }

    /// Adds a packet to encrypt: `length` bytes at `offset`, the tag written behind them, where
    /// `memory` must have room for it. Memory and key must stay until the run is over.
    ///
    /// @param memory native memory
    /// @param counter never used twice under one key
    public void seal(IpsecMbKey key, MemorySegment memory, long offset, int length, long counter) {
        long data = ChaCha20Poly1305Key.address(memory, offset, length);
        long job = add(key.address(), data, length, counter);
        manager.set(JAVA_LONG, job + Imb.JOB_TAG, data + length);
        manager.set(JAVA_INT, job + Imb.JOB_DIRECTION, Imb.DIR_ENCRYPT);
        manager.set(JAVA_INT, job + Imb.JOB_CHAIN_ORDER, Imb.ORDER_CIPHER_HASH);
    }

    /// Adds a packet to decrypt, its tag behind its `length` bytes; see [#isAuthentic].
    public void open(IpsecMbKey key, MemorySegment memory, long offset, int length, long counter) {
        long data = ChaCha20Poly1305Key.address(memory, offset, length);
        long tag = tags.address() + (long) count * TAG_LENGTH;
        long job = add(key.address(), data, length, counter);
        manager.set(JAVA_LONG, job + Imb.JOB_TAG, tag);
        manager.set(JAVA_INT, job + Imb.JOB_DIRECTION, Imb.DIR_DECRYPT);
        manager.set(JAVA_INT, job + Imb.JOB_CHAIN_ORDER, Imb.ORDER_HASH_CIPHER);
    }

    /// @return where the job lies in the manager's memory
    private long add(long key, long data, int length, long counter) {
        Objects.checkIndex(count, wanted);
        long nonce = (long) count * NONCE_STRIDE;
        nonces.set(LITTLE_LONG, nonce + COUNTER, counter);
        long job = jobs.getAtIndex(JAVA_LONG, count) - manager.address();
        count++;
        manager.set(JAVA_LONG, job + Imb.JOB_ENC_KEYS, key);
        manager.set(JAVA_LONG, job + Imb.JOB_DEC_KEYS, key);
        manager.set(JAVA_LONG, job + Imb.JOB_KEY_LEN, IpsecMbKey.KEY_LENGTH);
        manager.set(JAVA_LONG, job + Imb.JOB_SRC, data);
        manager.set(JAVA_LONG, job + Imb.JOB_DST, data);
        manager.set(JAVA_LONG, job + Imb.JOB_CIPHER_OFFSET, 0);
        manager.set(JAVA_LONG, job + Imb.JOB_CIPHER_LEN, length);
        manager.set(JAVA_LONG, job + Imb.JOB_HASH_OFFSET, 0);
        manager.set(JAVA_LONG, job + Imb.JOB_HASH_LEN, length);
        manager.set(JAVA_LONG, job + Imb.JOB_IV, nonces.address() + nonce);
        manager.set(JAVA_LONG, job + Imb.JOB_IV_LEN, NONCE_LENGTH);
        manager.set(JAVA_LONG, job + Imb.JOB_TAG_LEN, TAG_LENGTH);
        manager.set(JAVA_LONG, job + Imb.JOB_AAD, 0);
        manager.set(JAVA_LONG, job + Imb.JOB_AAD_LEN, 0);
        manager.set(JAVA_INT, job + Imb.JOB_CIPHER_MODE, Imb.CIPHER_CHACHA20_POLY1305);
        manager.set(JAVA_INT, job + Imb.JOB_HASH_ALG, Imb.AUTH_CHACHA20_POLY1305);
        return job;
    }

    /// Does what was added since [#begin], which must be as many packets as were announced there.
    ///
    /// @param memory the packets', kept reachable until they are done
    public void run(MemorySegment memory) {
        if (count != wanted) {
            throw new IllegalStateException(count + " packets of " + wanted + " were added");
        }
        try {
            long done =
                    (int) Imb.submit_burst_nocheck.call(manager.address(), count, jobs.address());
            if (done != count) {
                throw new IllegalStateException(
                        "libIPSec_MB did " + done + " of " + count + " packets");
            }
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /// Whether the packet that was added as number `index` of the run to be opened has the right
    /// tag. Takes the same time for any. Where it is false, its bytes are undefined.
    ///
    /// @param tagOffset where its tag lies in `memory`
    public boolean isAuthentic(int index, MemorySegment memory, long tagOffset) {
        long computed = (long) Objects.checkIndex(index, count) * TAG_LENGTH;
        long low = tags.get(LONG, computed) ^ memory.get(LONG, tagOffset);
        long high = tags.get(LONG, computed + 8) ^ memory.get(LONG, tagOffset + 8);
        return (low | high) == 0;
    }
}
