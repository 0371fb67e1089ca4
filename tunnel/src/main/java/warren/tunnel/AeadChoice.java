// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import warren.linux.crypto.Libcrypto;
import warren.wireguard.Aead;
import warren.wireguard.JceAead;

/// Which backend encrypts: libcrypto where the host has it, else the JDK's; on request, the vector
/// code. No state.
final class AeadChoice {
    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    /// Developer knob, unstable: `libcrypto` or `jce` forces a backend, `vector` starts on the
    /// default and switches under traffic, once the vector code is compiled and faster.
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
            case "vector" -> vector(libcrypto().orElseGet(JceAead::new));
            default ->
                    throw new IllegalArgumentException(
                            VARIABLE + "=" + wish + ": not one of libcrypto, jce, vector");
        };
    }

    private static Aead vector(Aead usual) {
        if (ModuleLayer.boot().findModule(VECTOR_MODULE).isEmpty()) {
            throw new IllegalArgumentException(
                    VARIABLE
                            + "=vector: this Java was started without its module "
                            + VECTOR_MODULE);
        }
        if (!ChaChaLanes.isNative()) {
            throw new IllegalArgumentException(
                    VARIABLE + "=vector: this processor has no vectors of 512 bits");
        }
        VectorGate gate = new VectorGate();
        VectorWarmup.start(usual, gate);
        return new VectorAead(usual, gate);
    }

    private static Optional<Aead> libcrypto() {
        return Libcrypto.load().map(LibcryptoAead::new);
    }
}
