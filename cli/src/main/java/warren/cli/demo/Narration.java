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
    private final boolean needsReader;
    private int step;

    /// @param needsReader whether the demo is pointless once nobody reads, as after `| head`
    Narration(PrintStream out, boolean needsReader) {
        this.out = out;
        this.needsReader = needsReader;
    }

    void title(String text) {
        out.println(text);
    }

    void step(String heading) throws DemoException {
        if (needsReader && out.checkError()) {
            throw new DemoException("nobody reads on; everything the demo made is removed");
        }
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
