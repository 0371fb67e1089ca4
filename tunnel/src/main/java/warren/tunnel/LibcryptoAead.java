// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import warren.linux.crypto.ChaCha20Poly1305Key;
import warren.linux.crypto.Libcrypto;
import warren.wireguard.Aead;
import warren.wireguard.PacketBatch;

/// Transport encryption by OpenSSL's libcrypto, in place and without garbage. Thread-safe; each
/// key is confined to its user.
final class LibcryptoAead implements Aead {
    private final Libcrypto libcrypto;

    LibcryptoAead(Libcrypto libcrypto) {
        this.libcrypto = libcrypto;
    }

    @Override
    public String name() {
        return "libcrypto";
    }

    @Override
    public Key key(byte[] key) {
        return new LibcryptoKey(libcrypto.key(key));
    }

    private record LibcryptoKey(ChaCha20Poly1305Key key) implements Key {
        @Override
        public void seal(PacketBatch batch, int from, int to) {
            for (int i = from; i < to; i++) {
                key.seal(batch.memory, batch.offset[i], batch.length[i], batch.counter[i]);
                batch.length[i] += TAG_LENGTH;
            }
        }

        @Override
        public void open(PacketBatch batch, int from, int to) {
            for (int i = from; i < to; i++) {
                int length = batch.length[i] - TAG_LENGTH;
                batch.authentic[i] =
                        length >= 0
                                && key.open(
                                        batch.memory, batch.offset[i], length, batch.counter[i]);
                batch.length[i] = Math.max(length, 0);
            }
        }

        @Override
        public void close() {
            key.close();
        }
    }
}
