// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// All commands and what they have in common: how they are parsed, how they fail, what they return.
final class CommandTree {
    /// Shows the stack trace of a failure, for who develops Warren.
    private static final String DEBUG = "WARREN_DEBUG";

    private CommandTree() {}

    /// Parses and runs one command line; never throws for what a user or an agent did.
    static int run(Console console, String... arguments) {
        CommandLine line = of(console);
        return line.execute(arguments.length == 0 ? new String[] {"--help"} : arguments);
    }

    static CommandLine of(Console console) {
        CommandLine line = new CommandLine(new WarrenCommand());
        line.addSubcommand(new InitCommand(console));
        line.addSubcommand(new JoinCommand(console));
        line.addSubcommand(new TokenCommand(console));
        line.addSubcommand(new StatusCommand(console));
        line.addSubcommand(new PeersCommand(console));
        line.addSubcommand(new AttachCommand(console));
        line.addSubcommand(new DetachCommand(console));
        line.addSubcommand(new AgentCommand(console));
        line.addSubcommand(new WireguardCommand(console));
        line.addSubcommand(new DemoCommand(console));
        line.addSubcommand(new CommandLine.HelpCommand());
        line.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
        line.setUsageHelpAutoWidth(false);
        line.setParameterExceptionHandler((problem, _) -> usage(console, problem));
        line.setExecutionExceptionHandler((problem, _, _) -> failure(console, problem));
        return line;
    }

    private static int usage(Console console, ParameterException problem) {
        CommandSpec command = problem.getCommandLine().getCommandSpec();
        console.complain(String.valueOf(problem.getMessage()));
        console.err().println("       try: " + command.qualifiedName(" ") + " --help");
        return Exit.USAGE;
    }

    private static int failure(Console console, Exception problem) {
        if (System.getenv(DEBUG) != null) {
            problem.printStackTrace(console.err());
        }
        String message = problem.getMessage();
        if (problem instanceof IOException && message != null) {
            console.complain(message);
        } else {
            console.complain(
                    "this is a bug: " + problem + " (" + DEBUG + "=1 shows where it comes from)");
        }
        return Exit.FAILED;
    }
}
