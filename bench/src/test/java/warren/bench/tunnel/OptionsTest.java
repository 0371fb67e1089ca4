// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {
    @Test
    void whatIsSaidWinsOverQuickWhateverTheOrder() {
        Options options = Options.parse(List.of("--rounds", "7", "--quick", "--peers", "nebula"));
        assertEquals(7, options.rounds());
        assertEquals(2, options.seconds());
        assertEquals(List.of("warren", "nebula"), options.contenders());
    }

    @Test
    void peersMayBeNone() {
        assertEquals(
                List.of("warren:jce"),
                Options.parse(List.of("--peers", "", "--ours", "warren:jce")).contenders());
    }

    @Test
    void aSoakComparesWithNobodyUnlessAsked() {
        Options options = Options.parse(List.of("--soak", "10"));
        assertEquals(10, options.soakMinutes());
        assertEquals(List.of("warren"), options.contenders());
    }

    @Test
    void ipv6IsMeasuredWithoutNebula() {
        Options options = Options.parse(List.of("--ipv6", "--rounds", "1"));
        assertEquals(Family.V6, options.family());
        assertEquals(List.of("warren", "wireguard-go"), options.contenders());
        assertEquals(Family.V4, Options.parse(List.of()).family());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--rounds -1",
                "--seconds 0",
                "--soak 0",
                "--rounds x",
                "--rounds",
                "--peers openvpn",
                "--ours nebula",
                "--what 1",
                "word"
            })
    void otherWordsAreRefused(String line) {
        List<String> words = List.of(line.split(" ", -1));
        assertThrows(IllegalArgumentException.class, () -> Options.parse(words));
    }
}
