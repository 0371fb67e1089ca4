// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import warren.linux.crypto.Libcrypto;
import warren.wireguard.Aead;
import warren.wireguard.JceAead;

/// Which backend encrypts: libcrypto where the host has it, else the JDK's. No state.
final class AeadChoice {
    /// Developer knob, unstable: `libcrypto` or `jce` forces a backend.
    static final String VARIABLE = "WARREN_AEAD";

    private AeadChoice() {}

    /// @param wish the value of [#VARIABLE]; null for none
    /// @throws IllegalArgumentException for a wish that is unknown or cannot be met
    static Aead choose(@Nullable String wish) {
        if (wish == null) {
            return libcrypto().orElseGet(JceAead::new);
        }
        return switch (wish) {
            case "jce" -> new JceAead();
            case "libcrypto" ->
                    libcrypto()
                            .orElseThrow(
                                    () ->
                                            new IllegalArgumentException(
                                                    VARIABLE
                                                            + "=libcrypto: there is no libcrypto"
                                                            + " with ChaCha20-Poly1305 here"));
            default ->
                    throw new IllegalArgumentException(
                            VARIABLE + "=" + wish + ": not one of libcrypto, jce");
        };
    }

    private static Optional<Aead> libcrypto() {
        return Libcrypto.load().map(LibcryptoAead::new);
    }
}
