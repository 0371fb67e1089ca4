// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/// "Random" bytes that the test chooses: what is asked for by length comes from the script of that
/// length, then zeros.
final class ScriptedRandom implements RandomSource {
    private final Map<Integer, ArrayDeque<byte[]>> scripts = new HashMap<>();

    ScriptedRandom then(byte[] bytes) {
        scripts.computeIfAbsent(bytes.length, _ -> new ArrayDeque<>()).add(bytes);
        return this;
    }

    @Override
    public void fill(byte[] bytes) {
        byte[] next = scripts.getOrDefault(bytes.length, new ArrayDeque<>()).poll();
        System.arraycopy(next == null ? new byte[bytes.length] : next, 0, bytes, 0, bytes.length);
    }
}
