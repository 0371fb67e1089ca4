// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.lang.System.Logger.Level;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import warren.linux.crypto.IpsecMb;
import warren.linux.crypto.Libcrypto;
import warren.wireguard.Aead;
import warren.wireguard.JceAead;

/// Which backend encrypts: of libIPSec_MB and libcrypto the one that a trial finds cheaper on this
/// processor, or the one that the host has, else the JDK's; on request, the vector code. No state.
final class AeadChoice {
    private static final System.Logger LOG = System.getLogger(AeadChoice.class.getName());
    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    /// Developer knob, unstable: `ipsec-mb`, `libcrypto` or `jce` forces a backend, `vector` starts
    /// on libcrypto and switches under traffic, once the vector code is compiled and faster.
    static final String VARIABLE = "WARREN_AEAD";

    private AeadChoice() {}

    /// @param wish the value of [#VARIABLE]; null for none
    /// @throws IllegalArgumentException for a wish that is unknown or cannot be met
    static Aead choose(@Nullable String wish) {
        if (wish == null) {
            return cheapest();
        }
        return switch (wish) {
            case "jce" -> new JceAead();
            case "libcrypto" ->
                    libcrypto()
                            .orElseThrow(
                                    () -> missing(wish, "no libcrypto with ChaCha20-Poly1305"));
            case "ipsec-mb" ->
                    ipsecMb()
                            .orElseThrow(
                                    () -> missing(wish, "no libIPSec_MB of version 1.3 to 2.0"));
            case "vector" -> vector(libcrypto().orElseGet(JceAead::new));
            default ->
                    throw new IllegalArgumentException(
                            VARIABLE
                                    + "="
                                    + wish
                                    + ": not one of ipsec-mb, libcrypto, jce, vector");
        };
    }

    private static IllegalArgumentException missing(String wish, String what) {
        return new IllegalArgumentException(VARIABLE + "=" + wish + ": there is " + what + " here");
    }

    private static Aead cheapest() {
        Aead usual = libcrypto().orElseGet(JceAead::new);
        Aead burst = ipsecMb().orElse(null);
        if (burst == null) {
            return usual;
        }
        return switch (AeadTrial.compare(burst, usual)) {
            case FIRST -> burst;
            case SECOND -> usual;
            case DISAGREE -> {
                LOG.log(
                        Level.ERROR,
                        "Encryption by {0} differs from {1}: stays off",
                        burst.name(),
                        usual.name());
                yield usual;
            }
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

    private static Optional<Aead> ipsecMb() {
        return IpsecMb.load().map(IpsecMbAead::new);
    }

    private static Optional<Aead> libcrypto() {
        return Libcrypto.load().map(LibcryptoAead::new);
    }
}
