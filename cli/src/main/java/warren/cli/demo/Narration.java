// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import com.google.errorprone.annotations.FormatMethod;
import java.io.PrintStream;
import java.util.Locale;

/// What the demo tells as it goes: numbered headings, indented lines. Confined to the demo's
/// thread.
final class Narration {
    private static final String INDENT = "     ";

    private final PrintStream out;
    private int step;

    Narration(PrintStream out) {
        this.out = out;
    }

    void title(String text) {
        out.println(text);
    }

    void step(String heading) {
        step++;
        out.println();
        out.println(String.format(Locale.ROOT, "%2d.  %s", step, heading));
    }

    @FormatMethod
    void line(String format, Object... values) {
        out.println((INDENT + String.format(Locale.ROOT, format, values)).stripTrailing());
    }

    void blank() {
        out.println();
    }
}
