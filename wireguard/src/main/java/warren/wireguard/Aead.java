// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

/// ChaCha20-Poly1305 (RFC 8439) for transport data: the port that AEAD backends implement. The
/// nonce is 32 zero bits and the 64-bit little-endian counter, the additional data empty
/// (whitepaper section 5.4.6). Thread-safe: any thread may make keys.
public interface Aead {
    /// Bytes of the Poly1305 tag.
    int TAG_LENGTH = 16;

    /// As logs and `status` name the backend, such as `libcrypto` or `jce`.
    String name();

    /// A key ready for use; `key` (32 bytes) is copied, the caller wipes its own.
    Key key(byte[] key);

    /// One direction of a session. Not thread-safe: the session serialises its use, closing
    /// included.
    interface Key extends AutoCloseable {
        /// Encrypts packets `from` to `to` (exclusive) in place and writes each tag behind its
        /// ciphertext; each length grows by [#TAG_LENGTH].
        void seal(PacketBatch batch, int from, int to);

        /// Checks and decrypts packets `from` to `to` (exclusive) in place; each length shrinks by
        /// [#TAG_LENGTH] and `authentic` says whether the tag was right. The content of a packet
        /// that was not authentic is undefined. Packets shorter than a tag are not authentic.
        void open(PacketBatch batch, int from, int to);

        /// Wipes the key. Idempotent.
        @Override
        void close();
    }
}
