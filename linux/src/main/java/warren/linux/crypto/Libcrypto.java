// SPDX-License-Identifier: Apache-2.0
package warren.linux.crypto;

import java.util.List;
import java.util.Optional;
import warren.linux.libc.Native;

/// OpenSSL's libcrypto, found at run time: nothing is linked against it, and a host without it is
/// served by the JDK's cipher. Thread-safe: no state but the library, which stays loaded.
public final class Libcrypto {
    private static final List<String> NAMES =
            List.of("libcrypto.so.3", "libcrypto.so.1.1", "libcrypto.so");

    private final String name;

    private Libcrypto(String name) {
        this.name = name;
    }

    /// Empty where the host has no libcrypto, or one without ChaCha20-Poly1305 (a FIPS build).
    public static Optional<Libcrypto> load() {
        if (find().isEmpty() || !acceptsKey()) {
            return Optional.empty();
        }
        return Optional.of(new Libcrypto(Evp.libraryName()));
    }

    private static boolean acceptsKey() {
        try {
            new ChaCha20Poly1305Key(new byte[ChaCha20Poly1305Key.KEY_LENGTH]).close();
            return true;
        } catch (IllegalStateException _) {
            return false;
        }
    }

    static Optional<Native.Library> find() {
        return Native.load(NAMES)
                .filter(library -> library.function("EVP_chacha20_poly1305").isPresent());
    }

    /// The name it was found by, such as `libcrypto.so.3`.
    public String name() {
        return name;
    }

    /// @param key 32 bytes, copied; the caller wipes its own
    public ChaCha20Poly1305Key key(byte[] key) {
        return new ChaCha20Poly1305Key(key);
    }
}
