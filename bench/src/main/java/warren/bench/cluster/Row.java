// SPDX-License-Identifier: Apache-2.0
package warren.bench.cluster;

import java.util.ArrayList;
import java.util.List;

/// What is measured, and what it must be for clusters of ten, 200, 1000 and 5000.
enum Row {
    JOIN("join", "all see all after one joined", "s", 3, 6, 10, 20),
    RESTART("restart", "all see all after a total restart", "s"),
    CRASH("crash", "a crash known to all", "s", 8, 10, 12, 20),
    HEAL("heal", "halves healed after the link returned", "s", 10, 12, 15, 30),
    IDLE("idle", "idle traffic a node, payload", "B/s", 300, 300, 400, 800),
    HANDSHAKES("idle", "handshakes a node, simulated", "1/s"),
    FORMULA("idle", "handshakes a node, computed", "1/s"),
    CPU("idle", "CPU of an idle node, simulation included", "ms/s"),
    DEATHS("loss", "false deaths at 5 % loss", "", 1, 1, 1, 1);

    private final String key;
    private final String title;
    private final String unit;
    private final double ten;
    private final double hundreds;
    private final double thousand;
    private final double thousands;

    /// Reported only.
    Row(String key, String title, String unit) {
        this(
                key,
                title,
                unit,
                Double.POSITIVE_INFINITY,
                Double.POSITIVE_INFINITY,
                Double.POSITIVE_INFINITY,
                Double.POSITIVE_INFINITY);
    }

    /// @param ten what it must stay below with ten nodes; and so on for 200, 1000 and 5000
    Row(
            String key,
            String title,
            String unit,
            double ten,
            double hundreds,
            double thousand,
            double thousands) {
        this.key = key;
        this.title = title;
        this.unit = unit;
        this.ten = ten;
        this.hundreds = hundreds;
        this.thousand = thousand;
        this.thousands = thousands;
    }

    String key() {
        return key;
    }

    String title() {
        return title;
    }

    String unit() {
        return unit;
    }

    static List<String> keys() {
        List<String> keys = new ArrayList<>();
        for (Row row : values()) {
            if (!keys.contains(row.key)) {
                keys.add(row.key);
            }
        }
        return keys;
    }

    /// The bound of the next larger cluster of the table; infinite where there is none.
    double must(int size) {
        if (size <= 200) {
            return size <= 10 ? ten : hundreds;
        }
        if (size <= 5000) {
            return size <= 1000 ? thousand : thousands;
        }
        return Double.POSITIVE_INFINITY;
    }
}
