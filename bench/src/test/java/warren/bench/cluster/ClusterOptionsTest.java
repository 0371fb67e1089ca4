// SPDX-License-Identifier: Apache-2.0
package warren.bench.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ClusterOptionsTest {
    @Test
    void withoutWordsItIsTheWholeTable() {
        ClusterOptions options = ClusterOptions.parse(List.of());
        assertEquals(List.of(10, 200, 1000, 5000), options.sizes());
        assertTrue(options.wants(Row.DEATHS));
    }

    @Test
    void sizesAndRowsCanBeChosen() {
        ClusterOptions options =
                ClusterOptions.parse(List.of("--sizes", "10,20", "--quick", "--rows", "heal"));
        assertEquals(List.of(10, 20), options.sizes());
        assertTrue(options.quick());
        assertTrue(options.wants(Row.HEAL));
        assertFalse(options.wants(Row.JOIN));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--sizes=3", "--sizes", "--sizes 1", "--rows all", "--seed x", "-x 1"})
    void whatMakesNoSenseIsRefused(String words) {
        List<String> split = List.of(words.split(" ", -1));
        assertThrows(IllegalArgumentException.class, () -> ClusterOptions.parse(split));
    }

    @Test
    void aFigureIsJudgedByTheBoundOfTheNextLargerCluster() {
        assertEquals("9.5 (<10) ok", new Cell(Row.JOIN, 201, 1, 9.5).text());
        assertEquals("9.5 (<6) MISSED", new Cell(Row.JOIN, 200, 1, 9.5).text());
        assertEquals("- (<6) MISSED", new Cell(Row.JOIN, 200, 1, -1).text());
        assertEquals("0 (0) ok", new Cell(Row.DEATHS, 10, 1, 0).text());
        assertEquals("1 (0) MISSED", new Cell(Row.DEATHS, 10, 1, 1).text());
        assertEquals("40", new Cell(Row.RESTART, 10, 1, 40).text());
    }

    @Test
    void theSmallestClusterIsMeasuredInAllRows() {
        Scenario scenario = new Scenario(3, 1);
        assertTrue(scenario.oneJoins() >= 0);
        assertTrue(scenario.allRestart() >= 0);
        assertTrue(scenario.oneCrashes() > 0);
        assertTrue(scenario.halvesHeal() >= 0);
        assertTrue(scenario.idle(10).bytes() > 0);
        assertEquals(0, scenario.falseDeaths(60));
    }
}
