// SPDX-License-Identifier: Apache-2.0
package warren.cli;

/// The entry of every command.
public final class Main {
    private Main() {}

    /// Runs one command and ends the process with its exit code.
    public static void main(String[] arguments) {
        int code = run(arguments);
        // A command has put its things in order when it returns. System.exit would look for a
        // logger
        // first, which takes longer than the rest of a short command.
        Runtime.getRuntime().halt(code);
    }

    static int run(String... arguments) {
        Console console = Console.ofProcess();
        int code = console.finish(Commands.run(console, arguments));
        System.err.flush();
        return code;
    }
}
