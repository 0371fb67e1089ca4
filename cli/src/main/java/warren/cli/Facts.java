// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Names and values in two columns. Confined to the command that prints it.
final class Facts {
    private final List<String> names = new ArrayList<>();
    private final List<String> values = new ArrayList<>();

    /// Adds a line, or nothing where there is no value.
    void add(String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            names.add(name);
            values.add(value);
        }
    }

    void print(PrintStream out) {
        int width = names.stream().mapToInt(String::length).max().orElse(0);
        for (int i = 0; i < names.size(); i++) {
            out.println(
                    names.get(i) + " ".repeat(width - names.get(i).length() + 2) + values.get(i));
        }
    }
}
