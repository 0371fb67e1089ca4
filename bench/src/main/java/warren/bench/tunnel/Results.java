// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Figures of all contenders by round. Confined to the main thread.
final class Results {
    private final Map<String, EnumMap<Figure, Map<Integer, Double>>> figures =
            new LinkedHashMap<>();
    private final Map<String, List<List<Double>>> ramps = new HashMap<>();

    Results(List<String> contenders) {
        for (String contender : contenders) {
            figures.put(contender, new EnumMap<>(Figure.class));
            ramps.put(contender, new ArrayList<>());
        }
    }

    void add(String contender, int round, Map<Figure, Double> values) {
        Map<Figure, Map<Integer, Double>> known = of(contender);
        values.forEach(
                (figure, value) ->
                        known.computeIfAbsent(figure, _ -> new TreeMap<>()).put(round, value));
    }

    void addRamp(String contender, List<Double> ramp) {
        ramps.computeIfAbsent(contender, _ -> new ArrayList<>()).add(ramp);
    }

    List<String> contenders() {
        return List.copyOf(figures.keySet());
    }

    /// Values by round; empty where nothing was measured.
    Map<Integer, Double> values(String contender, Figure figure) {
        return of(contender).getOrDefault(figure, Map.of());
    }

    @Nullable Spread spread(String contender, Figure figure) {
        return Spread.of(List.copyOf(values(contender, figure).values()));
    }

    @Nullable Spread ratio(String ours, String theirs, Figure figure) {
        return Spread.ofRatios(values(ours, figure), values(theirs, figure));
    }

    /// Medians over the rounds, for as many half seconds as every round has.
    List<Double> ramp(String contender) {
        List<List<Double>> rounds = ramps.getOrDefault(contender, List.of());
        int length = rounds.stream().mapToInt(List::size).min().orElse(0);
        List<Double> medians = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            int at = i;
            Spread spread = Spread.of(rounds.stream().map(round -> round.get(at)).toList());
            if (spread != null) {
                medians.add(spread.median());
            }
        }
        return medians;
    }

    private Map<Figure, Map<Integer, Double>> of(String contender) {
        return figures.computeIfAbsent(contender, _ -> new EnumMap<>(Figure.class));
    }
}
