// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One command: what it is called, what it takes and what it does. Immutable.
///
/// @param name the word after `warren`
/// @param summary one line for the list of commands
/// @param operands the words it needs besides options, in order, as the usage shows them
/// @param options what else it understands
/// @param action what it does
record Verb(
        String name, String summary, List<String> operands, List<Option> options, Action action) {

    /// What a command does with its words; returns one of the codes of [Exit].
    interface Action {
        int run(Words words, Console console) throws IOException, UsageException;
    }

    Verb {
        operands = List.copyOf(operands);
        options = List.copyOf(options);
    }

    @Nullable Option option(String typed) {
        return options.stream()
                .filter(option -> option.name().equals(typed))
                .findFirst()
                .orElse(null);
    }

    String synopsis() {
        StringBuilder line = new StringBuilder("warren ").append(name);
        operands.forEach(operand -> line.append(' ').append(operand));
        for (Option option : options) {
            line.append(option.required() ? " " : " [");
            line.append(option.synopsis());
            line.append(option.required() ? "" : "]");
        }
        return line.toString();
    }

    void printHelp(PrintStream out) {
        out.println("usage: " + synopsis());
        out.println();
        out.println(summary);
        if (!options.isEmpty()) {
            out.println();
            Facts facts = new Facts();
            options.forEach(option -> facts.add("  " + option.synopsis(), option.help()));
            facts.print(out);
        }
    }
}
