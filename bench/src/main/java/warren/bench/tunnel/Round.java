// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Every contender once: fresh places for each, then each test round them all, while the others
/// wait. A test that fails is said on `err`, and its figures are missing.
final class Round {
    private final int number;
    private final Options options;
    private final Path logs;
    private final PrintStream err;
    private final Map<String, Pair> pairs = new LinkedHashMap<>();

    private Round(int number, Options options, Path logs, PrintStream err) {
        this.number = number;
        this.options = options;
        this.logs = logs;
        this.err = err;
    }

    static void of(
            List<Contender> inTurn,
            int number,
            Options options,
            Path logs,
            PrintStream err,
            Results results) {
        Round round = new Round(number, options, logs, err);
        try {
            inTurn.forEach(round::open);
            for (Pair.Test test : Pair.Test.values()) {
                round.err.println("round %d: %s".formatted(number, test.title));
                round.pairs.forEach((name, pair) -> round.run(test, name, pair));
            }
            round.pairs.forEach(
                    (name, pair) -> {
                        results.add(name, number, pair.figures());
                        results.addRamp(name, pair.ramp());
                    });
        } finally {
            round.pairs.values().forEach(Pair::close);
        }
    }

    private void open(Contender contender) {
        Path log = logs.resolve(contender.name().replace(':', '-') + "-" + number);
        try {
            pairs.put(contender.name(), Pair.open(contender, options, log));
        } catch (BenchmarkException e) {
            err.println("  " + e.getMessage());
        }
    }

    private void run(Pair.Test test, String name, Pair pair) {
        try {
            pair.run(test);
        } catch (BenchmarkException e) {
            err.println("  " + name + ", " + test.title + " failed: " + e.getMessage());
        }
    }
}
