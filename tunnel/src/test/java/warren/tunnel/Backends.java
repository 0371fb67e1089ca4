// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.util.ArrayList;
import java.util.List;
import warren.wireguard.Aead;
import warren.wireguard.JceAead;

/// The AEAD backends that tests and benchmarks go through, by their name.
public final class Backends {
    private Backends() {}

    /// Those that every machine has which runs these tests, and libIPSec_MB where it is installed.
    static List<String> names() {
        List<String> names = new ArrayList<>(List.of("jce", "libcrypto", "vector"));
        try {
            names.add(AeadChoice.choose("ipsec-mb").name());
        } catch (IllegalArgumentException _) { // it is optional
        }
        return names;
    }

    /// The vector code is at work from the first packet on, however slow it still is.
    public static Aead of(String name) {
        if (!name.equals("vector")) {
            return AeadChoice.choose(name);
        }
        return new VectorAead(new JceAead(), VectorGate.alwaysOpen(), true);
    }
}
