// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/// Text parsers: any text is a value that survives being written and read, or an
/// `IllegalArgumentException`, and nothing else.
final class TextFuzzTest {
    @FuzzTest
    void addressesAndPrefixes(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        roundTrip(text, IpAddress::parse);
        roundTrip(text, IpPrefix::parse);
    }

    @FuzzTest
    void keys(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        try {
            assertEquals(text, PublicKey.ofBase64(text).toBase64());
        } catch (IllegalArgumentException _) { // the one answer to what is no key
        }
        try {
            assertEquals(text.length(), PublicKey.ofHex(text).toHex().length());
        } catch (IllegalArgumentException _) { // likewise
        }
    }

    private static <T> void roundTrip(String text, Function<String, T> parse) {
        T value;
        try {
            value = parse.apply(text);
        } catch (IllegalArgumentException _) { // the one answer to what is none
            return;
        }
        assertEquals(value, parse.apply(value.toString()));
    }
}
