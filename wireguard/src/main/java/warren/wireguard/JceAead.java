// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;

/// Transport encryption by the JDK's own ChaCha20-Poly1305: the backend that is always there.
///
/// Packets pass through a byte array, since the provider's intrinsics work on arrays and direct
/// buffers take its slow path. Each packet allocates inside the provider (nonce and key copies);
/// the packet path without garbage is libcrypto's. Thread-safe; each key is confined to its user.
public final class JceAead implements Aead {
    static final String TRANSFORMATION = "ChaCha20-Poly1305";

    public JceAead() {}

    @Override
    public String name() {
        return "jce";
    }

    @Override
    public Key key(byte[] key) {
        return new JceKey(key);
    }

    private static final class JceKey implements Key {
        private static final VarHandle LONG =
                MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

        /// Holds an Ethernet-sized packet; grows for larger ones.
        private static final int INITIAL_SCRATCH = 2048;

        private final ChaChaKey key;
        private final Cipher cipher;
        private final byte[] nonce = new byte[ChaCha20Poly1305.NONCE_LENGTH];
        private byte[] scratch = new byte[INITIAL_SCRATCH];
        private boolean closed;

        JceKey(byte[] key) {
            this.key = new ChaChaKey(key);
            try {
                this.cipher = Cipher.getInstance(TRANSFORMATION);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("this Java has no " + TRANSFORMATION, e);
            }
        }

        @Override
        public void seal(PacketBatch batch, int from, int to) {
            for (int i = from; i < to; i++) {
                int length = batch.length[i];
                byte[] bytes = load(batch, i, length + TAG_LENGTH);
                try {
                    int sealed =
                            begin(Cipher.ENCRYPT_MODE, batch.counter[i])
                                    .doFinal(bytes, 0, length, bytes, 0);
                    store(batch, i, sealed);
                } catch (GeneralSecurityException e) {
                    throw new IllegalStateException("sealing with a counter already used", e);
                }
            }
        }

        @Override
        public void open(PacketBatch batch, int from, int to) {
            for (int i = from; i < to; i++) {
                batch.authentic[i] = openOne(batch, i);
            }
        }

        private boolean openOne(PacketBatch batch, int i) {
            int length = batch.length[i];
            if (length < TAG_LENGTH) {
                return false;
            }
            byte[] bytes = load(batch, i, length);
            try {
                int opened =
                        begin(Cipher.DECRYPT_MODE, batch.counter[i])
                                .doFinal(bytes, 0, length, bytes, 0);
                store(batch, i, opened);
                return true;
            } catch (AEADBadTagException _) { // a stranger's packet: a value, not an error
                return false;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("open with a 32-byte key", e);
            }
        }

        @Override
        public void close() {
            if (closed) {
                return;
            }
            key.destroy();
            Arrays.fill(scratch, (byte) 0);
            try { // the provider keeps a copy until it gets another key
                begin(Cipher.DECRYPT_MODE, 0);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("replacing a key", e);
            }
            closed = true;
        }

        private Cipher begin(int mode, long counter) throws GeneralSecurityException {
            if (closed) {
                throw new IllegalStateException("the key was closed");
            }
            LONG.set(nonce, 4, counter);
            cipher.init(mode, key, new IvParameterSpec(nonce));
            return cipher;
        }

        private byte[] load(PacketBatch batch, int i, int room) {
            if (scratch.length < room) {
                Arrays.fill(scratch, (byte) 0);
                scratch = new byte[Math.max(room, 2 * scratch.length)];
            }
            MemorySegment.copy(
                    batch.memory,
                    ValueLayout.JAVA_BYTE,
                    batch.offset[i],
                    scratch,
                    0,
                    batch.length[i]);
            return scratch;
        }

        private void store(PacketBatch batch, int i, int length) {
            MemorySegment.copy(
                    scratch, 0, batch.memory, ValueLayout.JAVA_BYTE, batch.offset[i], length);
            batch.length[i] = length;
        }
    }
}
