// SPDX-License-Identifier: Apache-2.0
package warren.bench.cluster;

import java.util.Locale;

/// One figure of the table, the worst of its runs.
///
/// @param value negative where it never came about
record Cell(Row row, int size, int runs, double value) {
    boolean isMet() {
        return value >= 0 && value < row.must(size);
    }

    String verdict() {
        if (Double.isInfinite(row.must(size))) {
            return value < 0 ? "NEVER" : "";
        }
        return isMet() ? "ok" : "MISSED";
    }

    /// The figure, what it must be and whether it is.
    String text() {
        String figure = value < 0 ? "-" : number(value);
        double must = row.must(size);
        String bound =
                Double.isInfinite(must)
                        ? ""
                        : row == Row.DEATHS ? " (0)" : " (<" + number(must) + ")";
        return (figure + bound + " " + verdict()).strip();
    }

    private static String number(double value) {
        boolean whole = value == Math.rint(value);
        return String.format(Locale.ROOT, whole ? "%.0f" : value < 1 ? "%.3f" : "%.1f", value);
    }
}
