// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/// A table for a terminal: upper-case heads, two blanks between columns, numbers to the right, no
/// blanks at the end of a line. Confined to the command that prints it.
final class Table {
    private static final String GAP = "  ";

    private final List<String> heads;
    private final List<Boolean> rightAligned;
    private final List<List<String>> rows = new ArrayList<>();

    /// A head that starts with `>` makes a column of numbers.
    Table(String... heads) {
        this.rightAligned = List.of(heads).stream().map(head -> head.startsWith(">")).toList();
        this.heads = List.of(heads).stream().map(head -> head.replaceFirst("^>", "")).toList();
    }

    void add(String... cells) {
        if (cells.length != heads.size()) {
            throw new IllegalArgumentException(
                    cells.length + " cells for " + heads.size() + " heads");
        }
        rows.add(List.of(cells));
    }

    void print(PrintStream out) {
        int[] widths = new int[heads.size()];
        for (int column = 0; column < widths.length; column++) {
            widths[column] = heads.get(column).length();
            for (List<String> row : rows) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        out.println(line(heads, widths));
        rows.forEach(row -> out.println(line(row, widths)));
    }

    private String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String padding = " ".repeat(widths[column] - cells.get(column).length());
            line.append(
                    rightAligned.get(column)
                            ? padding + cells.get(column)
                            : cells.get(column) + padding);
            line.append(GAP);
        }
        return line.toString().stripTrailing();
    }
}
