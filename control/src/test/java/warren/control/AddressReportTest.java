// SPDX-License-Identifier: Apache-2.0
package warren.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class AddressReportTest {
    private static final AddressReport REPORT =
            new AddressReport(
                    "10.100.0.0/16",
                    "fd12::/48",
                    65536,
                    65,
                    List.of(
                            new AddressOwner(
                                    "alpha",
                                    "0011",
                                    "self",
                                    List.of(
                                            new AddressPrefix(
                                                    "10.100.4.0/26", "fd12::a64:400/122", 64, 2L)),
                                    List.of("10.100.0.9/32"),
                                    List.of()),
                            new AddressOwner(
                                    "beta",
                                    "0022",
                                    "dead",
                                    List.of(
                                            new AddressPrefix(
                                                    "10.100.0.3/32", "fd12::a64:3/128", 1, null)),
                                    List.of(),
                                    List.of("10.100.4.0/26"))),
                    List.of(new AddressConflict("c1", "10.100.0.3", "beta", "0022")));

    @Test
    void whatIsWrittenIsRead() throws MalformedJsonException {
        assertEquals(REPORT, AddressReport.parse(REPORT.json()));
    }

    @Test
    void theReportReadsAsTheContractSays() {
        assertEquals(
                "{\"network\":\"10.100.0.0/16\",\"network6\":\"fd12::/48\",\"size\":65536,"
                        + "\"claimed\":65,\"free\":65471,\"owners\":["
                        + "{\"name\":\"alpha\",\"id\":\"0011\",\"state\":\"self\",\"prefixes\":["
                        + "{\"ipv4\":\"10.100.4.0/26\",\"ipv6\":\"fd12::a64:400/122\","
                        + "\"size\":64,\"inUse\":2}],"
                        + "\"asked\":[\"10.100.0.9/32\"],\"lost\":[]},"
                        + "{\"name\":\"beta\",\"id\":\"0022\",\"state\":\"dead\",\"prefixes\":["
                        + "{\"ipv4\":\"10.100.0.3/32\",\"ipv6\":\"fd12::a64:3/128\","
                        + "\"size\":1,\"inUse\":null}],"
                        + "\"asked\":[],\"lost\":[\"10.100.4.0/26\"]}],"
                        + "\"conflicts\":[{\"container\":\"c1\",\"address\":\"10.100.0.3\","
                        + "\"winner\":\"beta\",\"winnerId\":\"0022\"}]}",
                REPORT.jsonText());
    }
}
