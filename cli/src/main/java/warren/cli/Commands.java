// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// All commands, and what they have in common: how they are found, how they fail, what they return.
///
/// Parsed by hand: a command-line library took three times as long as everything else that
/// `warren status` does.
final class Commands {
    /// Shows the stack trace of a failure, for who develops Warren.
    private static final String DEBUG = "WARREN_DEBUG";

    private static final List<Verb> VERBS =
            List.of(
                    InitCommand.VERB,
                    JoinCommand.VERB,
                    TokenCommand.VERB,
                    StatusCommand.VERB,
                    PeersCommand.VERB,
                    AddressesCommand.VERB,
                    SecretCommand.VERB,
                    EvictCommand.VERB,
                    LeaveCommand.VERB,
                    AttachCommand.VERB,
                    DetachCommand.VERB,
                    AgentCommand.VERB,
                    WireguardCommand.VERB,
                    DemoCommand.VERB);

    private Commands() {}

    /// Parses and runs one command line; never throws for what a user or an agent did.
    static int run(Console console, String... arguments) {
        String first = arguments.length == 0 ? "help" : arguments[0];
        List<String> rest =
                Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length);
        return switch (first) {
            case "help", "--help", "-h" -> help(console, rest);
            case "version", "--version", "-V" -> version(console);
            default -> {
                Verb verb = find(first);
                yield verb == null ? unknown(console) : run(console, verb, rest);
            }
        };
    }

    private static int run(Console console, Verb verb, List<String> arguments) {
        if (asksForHelp(arguments)) {
            verb.printHelp(console.out());
            return Exit.DONE;
        }
        if (verb.equals(WireguardCommand.VERB)) {
            return WireguardCommand.run(console, arguments);
        }
        try {
            return verb.action().run(Words.parse(verb, arguments), console);
        } catch (UsageException e) {
            console.complain(e.getMessage() + "; usage: " + verb.synopsis());
            return Exit.USAGE;
        } catch (IOException | RuntimeException e) {
            return failure(console, e);
        }
    }

    private static boolean asksForHelp(List<String> arguments) {
        int end = arguments.indexOf("--");
        List<String> options = end < 0 ? arguments : arguments.subList(0, end);
        return options.contains("--help") || options.contains("-h");
    }

    private static int failure(Console console, Exception problem) {
        if (System.getenv(DEBUG) != null) {
            problem.printStackTrace(console.err());
        }
        String message = problem.getMessage();
        if (problem instanceof IOException && message != null) {
            console.complain(message);
        } else {
            console.complain("this is a bug: " + problem + " (" + DEBUG + "=1 shows where)");
        }
        return Exit.FAILED;
    }

    private static int help(Console console, List<String> about) {
        Verb verb = about.isEmpty() ? null : find(about.getFirst());
        if (verb != null) {
            verb.printHelp(console.out());
            return Exit.DONE;
        }
        if (!about.isEmpty()) {
            return unknown(console);
        }
        printOverview(console.out());
        return Exit.DONE;
    }

    private static void printOverview(PrintStream out) {
        out.println("Warren: one encrypted network for containers on several machines.");
        out.println();
        out.println("usage: warren COMMAND [--help]");
        out.println();
        Facts facts = new Facts();
        VERBS.forEach(verb -> facts.add("  " + verb.name(), verb.summary()));
        facts.add("  help [COMMAND]", "this, or the options of one command");
        facts.add("  version", "the version");
        facts.print(out);
        out.println();
        out.println(
                "exit codes: 0 done; 1 refused or failed, one line on stderr says why; 2 usage");
    }

    private static int version(Console console) {
        console.out().println("warren " + Version.number());
        return Exit.DONE;
    }

    private static int unknown(Console console) {
        console.complain("no such command; warren help lists them");
        return Exit.USAGE;
    }

    private static @Nullable Verb find(String name) {
        return VERBS.stream().filter(verb -> verb.name().equals(name)).findFirst().orElse(null);
    }
}
