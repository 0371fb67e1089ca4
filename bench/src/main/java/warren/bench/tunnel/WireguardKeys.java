// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.util.ArrayList;
import java.util.List;

/// A key pair as `wg` writes it. For the benchmark only, hence a plain string.
record WireguardKeys(String secret, String open) {
    static List<WireguardKeys> make(int count) throws BenchmarkException {
        String script =
                "i=0; while [ $i -lt %d ]; do k=$(wg genkey); echo \"$k $(echo \"$k\" | wg pubkey)\"; i=$((i + 1)); done"
                        .formatted(count);
        List<WireguardKeys> keys = new ArrayList<>();
        Command.run(List.of("sh", "-ec", script))
                .orFail()
                .lines()
                .forEach(
                        line -> {
                            int space = line.indexOf(' ');
                            keys.add(
                                    new WireguardKeys(
                                            line.substring(0, space), line.substring(space + 1)));
                        });
        return keys;
    }

    /// Without the secret, so that no log can hold it.
    @Override
    public String toString() {
        return open;
    }
}
