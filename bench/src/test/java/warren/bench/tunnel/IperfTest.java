// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/// The JSON is what iperf3 3.12 printed, shortened.
class IperfTest {
    @Test
    void takesTheReceiversSumOfTcp() throws BenchmarkException {
        Iperf result =
                Iperf.parse(
                        """
                        {"start": {}, "intervals": [
                          {"sum": {"seconds": 0.5, "bytes": 625000000, "bits_per_second": 1e10}},
                          {"sum": {"seconds": 0.5, "bytes": 750000000, "bits_per_second": 1.2e10}}],
                         "end": {
                          "sum_sent": {"seconds": 1.000843, "bytes": 1389363200, "retransmits": 1},
                          "sum_received": {"seconds": 2, "bytes": 1375000000}}}
                        """);
        assertEquals(5.5, result.gigabits());
        assertEquals(1.375, result.gigabytes());
        assertEquals(List.of(1e10, 1.2e10), result.intervals());
        assertEquals(0, result.packets());
    }

    @Test
    void lostDatagramsAreNotReceivedOnes() throws BenchmarkException {
        Iperf result =
                Iperf.parse(
                        """
                        {"intervals": [], "end": {
                          "sum": {"packets": 243900, "lost_packets": 147933},
                          "sum_sent": {"packets": 243900, "lost_packets": 0},
                          "sum_received": {"seconds": 2, "bytes": 6134592,
                            "lost_packets": 147933, "packets": 243786}}}
                        """);
        assertEquals(95853, result.packets());
        assertEquals(47.9265, result.kilopacketsPerSecond());
    }

    @Test
    void itsOwnErrorIsTheMessage() {
        BenchmarkException e =
                assertThrows(
                        BenchmarkException.class,
                        () ->
                                Iperf.parse(
                                        """
                                        {"intervals": [], "end": {}, "error": "unable to connect to server"}
                                        """));
        assertTrue(e.getMessage().contains("unable to connect to server"));
    }

    @Test
    void nothingReceivedOrNoJsonIsAnError() {
        assertThrows(BenchmarkException.class, () -> Iperf.parse("{\"end\": {}}"));
        assertThrows(BenchmarkException.class, () -> Iperf.parse("Connection refused"));
        assertThrows(BenchmarkException.class, () -> Iperf.parse(""));
    }
}
