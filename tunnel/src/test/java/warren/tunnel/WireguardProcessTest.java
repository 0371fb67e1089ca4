// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireguardProcessTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @ParameterizedTest
    @ValueSource(strings = {"", "-f", "--help", "wg0 wg1", "-f -f", "wg0 -x", "-f wg0 wg1"})
    void answersWrongArgumentsWithOneLineOfUsage(String words) {
        String[] args = words.isEmpty() ? new String[0] : words.split(" ", -1);
        assertEquals(WireguardProcess.USAGE, run(args));
        assertEquals(1, text(err).lines().count(), text(err));
        assertTrue(text(err).startsWith("usage: "), text(err));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../wg0", "wg/0", "averyverylongname", ".", "..", "wg 0", "wg%d", "wgü"})
    void refusesANameThatCannotBeAnInterfaces(String name) {
        assertEquals(WireguardProcess.USAGE, run("-f", name));
        assertEquals(1, text(err).lines().count(), text(err));
    }

    @Test
    void saysItsVersion() {
        assertEquals(WireguardProcess.DONE, run("--version"));
        assertTrue(text(out).startsWith("warren wireguard "), text(out));
    }

    private int run(String... args) {
        return WireguardProcess.run(
                args,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
