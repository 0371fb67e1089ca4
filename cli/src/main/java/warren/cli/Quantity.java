// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Numbers as people read them.
final class Quantity {
    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Quantity() {}

    /// Bytes with at most one decimal: `512 B`, `1.5 KiB`.
    static String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double scaled = bytes / 1024.0;
        int unit = 0;
        while (scaled >= 1023.95 && unit < UNITS.length - 1) {
            scaled /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", scaled, UNITS[unit]);
    }

    /// An age in its largest unit: `7 s`, `3 min`, `2 h`, `5 d`; `never` where there is none.
    static String age(@Nullable Long seconds) {
        if (seconds == null) {
            return "never";
        }
        if (seconds < 120) {
            return seconds + " s";
        }
        if (seconds < 2 * 3600) {
            return seconds / 60 + " min";
        }
        return seconds < 2 * 86_400 ? seconds / 3600 + " h" : seconds / 86_400 + " d";
    }
}
