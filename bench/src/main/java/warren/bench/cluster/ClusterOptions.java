// SPDX-License-Identifier: Apache-2.0
package warren.bench.cluster;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The command line, see [#USAGE].
///
/// @param seed of the first run of each measurement; further runs count on from it
/// @param quick one seed each, and minutes instead of an hour of loss
/// @param rows by their keys; empty for all
record ClusterOptions(
        List<Integer> sizes, long seed, boolean quick, List<String> rows, @Nullable Path json) {
    static final String USAGE =
            """
            usage: ./dev bench cluster [OPTION VALUE]...
              --sizes A,B     members of the simulated clusters (default 10,200,1000,5000)
              --rows A,B      of join, restart, crash, heal, idle, loss (default: all)
              --seed N        of the first run (default 1)
              --quick         one seed each, and ten virtual minutes of loss instead of an hour
              --json FILE     writes all figures there
            """;

    ClusterOptions {
        sizes = List.copyOf(sizes);
        rows = List.copyOf(rows);
    }

    /// @throws IllegalArgumentException with a line for the user
    static ClusterOptions parse(List<String> words) {
        List<Integer> sizes = List.of(10, 200, 1000, 5000);
        List<String> rows = List.of();
        long seed = 1;
        Path json = null;
        Iterator<String> rest = words.iterator();
        while (rest.hasNext()) {
            String word = rest.next();
            if (word.equals("--quick")) {
                continue;
            }
            if (!rest.hasNext()) {
                throw new IllegalArgumentException(word + ": unknown, or without its value");
            }
            String value = rest.next();
            switch (word) {
                case "--sizes" -> sizes = sizes(value);
                case "--rows" -> rows = rows(value);
                case "--seed" -> seed = number(word, value);
                case "--json" -> json = Path.of(value);
                default -> throw new IllegalArgumentException("no such option: " + word);
            }
        }
        return new ClusterOptions(sizes, seed, words.contains("--quick"), rows, json);
    }

    boolean wants(Row row) {
        return rows.isEmpty() || rows.contains(row.key());
    }

    private static List<Integer> sizes(String value) {
        List<Integer> sizes = new ArrayList<>();
        for (String word : value.split(",", -1)) {
            long size = number("--sizes", word);
            if (size < 3 || size > 8000) {
                throw new IllegalArgumentException("--sizes: 3 to 8000 members, not " + word);
            }
            sizes.add((int) size);
        }
        return sizes;
    }

    private static List<String> rows(String value) {
        List<String> rows = List.of(value.split(",", -1));
        for (String row : rows) {
            if (!Row.keys().contains(row)) {
                throw new IllegalArgumentException("--rows: no such row: " + row);
            }
        }
        return rows;
    }

    private static long number(String word, String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException(word + ": not a number: " + value);
        }
    }
}
