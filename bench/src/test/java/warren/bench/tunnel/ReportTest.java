// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportTest {
    private static Report report(double load) {
        Results results = new Results(List.of("warren", "wireguard-go", "nebula"));
        results.add("warren", 1, Map.of(Figure.TCP_1, 6.0, Figure.RSS, 90.0));
        results.add("warren", 2, Map.of(Figure.TCP_1, 5.0, Figure.MANY_PEERS_LOSS, 4.0));
        results.add("wireguard-go", 1, Map.of(Figure.TCP_1, 2.0));
        results.add("wireguard-go", 2, Map.of(Figure.TCP_1, 2.5, Figure.MANY_PEERS_LOSS, 8.0));
        results.addRamp("warren", List.of(1.0, 4.0));
        results.addRamp("warren", List.of(2.0));
        var machine = new Machine("A CPU", true, 2, "6.18", load, "abc1234", Instant.EPOCH);
        Options options = Options.parse(List.of("--rounds", "2"));
        return new Report(machine, options, Map.of("nebula", "1.11"), results);
    }

    @Test
    void textHasMediansAndRatiosWithTheirSpread() {
        String text = report(0.05).text();
        assertTrue(text.contains("TCP, 1 stream                     Gbit/s    5.50          2.25"));
        assertTrue(text.contains("TCP, 1 stream  2.50 (2.00 to 3.00)"), text);
        assertTrue(text.contains("warren        1.50\n"), text);
        assertFalse(text.contains("UDP"), "a figure that nobody has is no line");
        assertFalse(text.contains("WARNING"));
    }

    @Test
    void warnsWhenTheMachineIsNotQuiet() {
        assertTrue(report(0.5).text().contains("WARNING: this machine was not quiet"));
    }

    @Test
    void jsonHasEveryRoundAndTheRatios() {
        JsonNode all = JsonMapper.shared().readTree(report(0).json());
        assertEquals("abc1234", all.path("commit").asString());
        JsonNode warren = all.path("contenders").path("warren");
        assertEquals(5.0, warren.at("/figures/TCP_1/values/1").asDouble());
        JsonNode ratio = all.path("ratios").path("warren to wireguard-go");
        assertEquals(2.5, ratio.at("/TCP_1/median").asDouble());
        assertEquals(2, ratio.at("/TCP_1/rounds").asInt());
        assertFalse(ratio.has("RSS"));
        assertFalse(ratio.has("MANY_PEERS_LOSS"));
        assertTrue(all.path("ratios").path("warren to nebula").isEmpty());
    }

    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        assertEquals(
                "a      1\nbcd  234\n",
                Report.table(List.of(List.of("a", "1"), List.of("bcd", "234"))));
        assertEquals(List.of("0.12", "12.3", "123"), numbers(0.123, 12.34, 123.4));
    }

    private static List<String> numbers(double... values) {
        return java.util.Arrays.stream(values).mapToObj(Report::number).toList();
    }
}
