// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Round trip times as `ping` printed them, in microseconds.
final class PingTimes {
    private static final Pattern TIME = Pattern.compile("time=([0-9.]+) ms");

    private final double[] sorted;

    private PingTimes(double[] sorted) {
        this.sorted = sorted;
    }

    static PingTimes parse(String output) throws BenchmarkException {
        List<Double> times = new ArrayList<>();
        Matcher matcher = TIME.matcher(output);
        while (matcher.find()) {
            times.add(Double.parseDouble(matcher.group(1)) * 1000);
        }
        if (times.isEmpty()) {
            throw new BenchmarkException("ping: no answer");
        }
        double[] sorted = times.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return new PingTimes(sorted);
    }

    /// The smallest time that at least `share` (0 to 1) of the answers do not exceed.
    double quantile(double share) {
        int rank = (int) Math.ceil(share * sorted.length);
        return sorted[Math.max(rank, 1) - 1];
    }
}
