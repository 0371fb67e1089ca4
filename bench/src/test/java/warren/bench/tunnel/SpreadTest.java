// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void medianOfAnOddNumberIsTheMiddleOne() {
        assertEquals(new Spread(1, 3, 9, 3), Spread.of(List.of(9.0, 1.0, 3.0)));
    }

    @Test
    void medianOfAnEvenNumberIsTheMeanOfTheTwoInTheMiddle() {
        assertEquals(new Spread(1, 2.5, 9, 4), Spread.of(List.of(2.0, 9.0, 1.0, 3.0)));
    }

    @Test
    void nothingHasNoSpread() {
        assertNull(Spread.of(List.of()));
    }

    @Test
    void ratiosAreFormedWithinARoundAndNotOfTheMedians() {
        Map<Integer, Double> ours = Map.of(1, 10.0, 2, 4.0, 3, 6.0);
        Map<Integer, Double> theirs = Map.of(1, 5.0, 2, 1.0, 3, 6.0);
        assertEquals(new Spread(1, 2, 4, 3), Spread.ofRatios(ours, theirs));
    }

    @Test
    void roundsThatEitherLacksOrWithZeroAreLeftOut() {
        Map<Integer, Double> ours = Map.of(1, 10.0, 2, 4.0, 3, 6.0);
        Map<Integer, Double> theirs = Map.of(2, 2.0, 3, 0.0, 4, 7.0);
        assertEquals(new Spread(2, 2, 2, 1), Spread.ofRatios(ours, theirs));
        assertNull(Spread.ofRatios(ours, Map.of()));
    }
}
