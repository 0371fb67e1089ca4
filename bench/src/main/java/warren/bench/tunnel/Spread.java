// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Least, median and greatest of what several rounds gave.
///
/// @param rounds how many gave something
record Spread(double min, double median, double max, int rounds) {
    /// Null where there are no values. Of an even number of values the median is the mean of the
    /// two in the middle.
    static @Nullable Spread of(List<Double> values) {
        if (values.isEmpty()) {
            return null;
        }
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median =
                sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(sorted[0], median, sorted[sorted.length - 1], sorted.length);
    }

    /// The spread of ours / theirs, each quotient formed within one round; rounds in which either
    /// is missing or theirs is 0 are left out.
    ///
    /// @param ours value by round, as `theirs`
    static @Nullable Spread ofRatios(Map<Integer, Double> ours, Map<Integer, Double> theirs) {
        return of(
                ours.entrySet().stream()
                        .filter(entry -> theirs.getOrDefault(entry.getKey(), 0.0) != 0)
                        .map(entry -> entry.getValue() / theirs.getOrDefault(entry.getKey(), 0.0))
                        .toList());
    }
}
