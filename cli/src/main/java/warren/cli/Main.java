// SPDX-License-Identifier: Apache-2.0
package warren.cli;

/// The entry of every command.
public final class Main {
    private Main() {}

    /// Runs one command and ends the process with its exit code.
    public static void main(String[] arguments) {
        int code = CommandTree.run(Console.ofProcess(), arguments);
        System.out.flush();
        System.exit(code);
    }
}
