// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import warren.control.AddressConflict;
import warren.control.AddressOwner;
import warren.control.AddressPrefix;
import warren.control.AddressReport;

class AddressesTextTest {
    @Test
    void everyPrefixIsARowAndQuarrelsFollow() {
        AddressReport report =
                new AddressReport(
                        "10.100.0.0/16",
                        "fd12::/48",
                        65536,
                        65,
                        List.of(
                                new AddressOwner(
                                        "alpha",
                                        "00112233445566778899",
                                        "self",
                                        List.of(
                                                new AddressPrefix(
                                                        "10.100.4.0/26",
                                                        "fd12::a64:400/122",
                                                        64,
                                                        2L)),
                                        List.of("10.100.0.9/32"),
                                        List.of()),
                                new AddressOwner(
                                        "beta",
                                        "ff112233445566778899",
                                        "dead",
                                        List.of(
                                                new AddressPrefix(
                                                        "10.100.0.3/32",
                                                        "fd12::a64:3/128",
                                                        1,
                                                        null)),
                                        List.of(),
                                        List.of("10.100.4.0/26")),
                                new AddressOwner(
                                        "gamma",
                                        "aa112233445566778899",
                                        "alive",
                                        List.of(),
                                        List.of(),
                                        List.of())),
                        List.of(
                                new AddressConflict(
                                        "c1", "10.100.0.3", "beta", "ff112233445566778899")));
        assertEquals(
                """
                10.100.0.0/16 and fd12::/48: 65536 addresses, 65 of them claimed, 65471 free

                NODE   ID        STATE  ADDRESSES      IPV6               SIZE  IN USE  FREE
                alpha  00112233  self   10.100.4.0/26  fd12::a64:400/122    64       2    62
                beta   ff112233  dead   10.100.0.3/32  fd12::a64:3/128       1       -     -
                gamma  aa112233  alive  -              -                     -       -     -
                node alpha (00112233445566778899) asks for 10.100.0.9/32
                node beta (ff112233445566778899) claims what another owns: 10.100.4.0/26
                conflict: container c1 is isolated, node beta (ff112233445566778899) has its address 10.100.0.3 too
                """,
                printed(report));
    }

    private static String printed(AddressReport report) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            AddressesText.print(report, out);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
