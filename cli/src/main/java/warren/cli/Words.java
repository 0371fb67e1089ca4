// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The words of a command line, sorted by what they mean to its verb. Immutable once parsed.
///
/// Options may stand anywhere, as `--name VALUE` or `--name=VALUE`; after `--` every word is an
/// operand, and a single `-` always is.
final class Words {
    private final Verb verb;
    private final Map<String, List<String>> options = new HashMap<>();
    private final List<String> operands = new ArrayList<>();

    private Words(Verb verb) {
        this.verb = verb;
    }

    /// Complaints never repeat an operand: somebody may have typed a secret there.
    static Words parse(Verb verb, List<String> arguments) throws UsageException {
        Words words = new Words(verb);
        boolean onlyOperands = false;
        for (int at = 0; at < arguments.size(); at++) {
            String word = arguments.get(at);
            if (onlyOperands || word.equals("-") || !word.startsWith("-")) {
                words.operands.add(word);
            } else if (word.equals("--")) {
                onlyOperands = true;
            } else {
                at += words.addOption(word, arguments.subList(at + 1, arguments.size()));
            }
        }
        words.check();
        return words;
    }

    boolean has(Option option) {
        return options.containsKey(option.name());
    }

    /// The option's value, its last one where it was repeated; null where it was not given.
    @Nullable String value(Option option) {
        List<String> values = values(option);
        return values.isEmpty() ? null : values.getLast();
    }

    List<String> values(Option option) {
        return options.getOrDefault(option.name(), List.of());
    }

    /// A whole number within bounds, or the default where the option was not given.
    int number(Option option, int otherwise, int min, int max) throws UsageException {
        String text = value(option);
        if (text == null) {
            return otherwise;
        }
        if (text.matches("[0-9]{1,9}")) {
            int number = Integer.parseInt(text);
            if (number >= min && number <= max) {
                return number;
            }
        }
        throw new UsageException(option.synopsis() + " is a number from " + min + " to " + max);
    }

    String operand(int index) {
        return operands.get(index);
    }

    /// Takes one option; returns how many of the words that follow were its value.
    private int addOption(String word, List<String> following) throws UsageException {
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        Option option = verb.option(name);
        if (option == null) {
            throw new UsageException("unknown option " + name);
        }
        List<String> values = options.computeIfAbsent(name, _ -> new ArrayList<>());
        if (option.value() == null) {
            if (equals >= 0) {
                throw new UsageException(name + " takes no value");
            }
            return 0;
        }
        if (equals >= 0) {
            values.add(word.substring(equals + 1));
            return 0;
        }
        if (following.isEmpty()) {
            throw new UsageException(name + " needs a value: " + option.synopsis());
        }
        values.add(following.getFirst());
        return 1;
    }

    private void check() throws UsageException {
        if (operands.size() < verb.operands().size()) {
            throw new UsageException("missing " + verb.operands().get(operands.size()));
        }
        if (operands.size() > verb.operands().size()) {
            throw new UsageException(
                    "too many words: " + verb.name() + " takes " + verb.operands().size());
        }
        for (Option option : verb.options()) {
            if (option.required() && !has(option)) {
                throw new UsageException("missing " + option.synopsis());
            }
        }
    }
}
