// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Starts the process that stays: the same command with `-f`, which goes into a session of its own
/// and says on its standard output either that the interface is up or why it is not. No state.
final class DetachedProcess {
    /// Set for the process that stays: it reports on its standard output.
    static final String REPORT_VARIABLE = "WARREN_TUNNEL_REPORT";

    /// The report that the interface is up.
    static final String READY = "ready";

    private static final String LAUNCHER_VARIABLE = "WARREN_LAUNCHER";

    /// A Java that has not come up by then, even on a busy machine, will not.
    private static final long START_SECONDS = 60;

    private DetachedProcess() {}

    /// Returns when the interface is up.
    ///
    /// @param argumentCount how many arguments of this process's command line are ours, at its end
    /// @throws IOException with the reason in one line where the interface did not come up
    static void start(Map<String, String> environment, String name, int argumentCount)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        String launcher = environment.get(LAUNCHER_VARIABLE);
        if (launcher == null) {
            command.addAll(ownCommand(argumentCount));
        } else {
            command.addAll(List.of(launcher, "wireguard"));
        }
        command.addAll(List.of("-f", name));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put(REPORT_VARIABLE, "1");
        builder.redirectInput(new File("/dev/null"));
        builder.redirectError(
                environment.containsKey("LOG_LEVEL")
                        ? ProcessBuilder.Redirect.INHERIT
                        : ProcessBuilder.Redirect.DISCARD);
        await(builder.start(), name);
    }

    private static void await(Process process, String name)
            throws IOException, InterruptedException {
        Thread deadline = Thread.ofVirtual().start(() -> killLate(process));
        try (BufferedReader report = process.inputReader(StandardCharsets.UTF_8)) {
            String line = report.readLine();
            if (READY.equals(line)) {
                return;
            }
            throw new IOException(
                    line != null
                            ? line
                            : name + ": the tunnel process ended, code " + process.waitFor());
        } finally {
            deadline.interrupt();
        }
    }

    private static void killLate(Process process) {
        try {
            TimeUnit.SECONDS.sleep(START_SECONDS);
            process.destroyForcibly();
        } catch (InterruptedException _) { // it reported in time
            Thread.currentThread().interrupt();
        }
    }

    /// This process's Java and its flags, with the tunnel's put before them so that explicit ones
    /// win, and without our own arguments.
    private static List<String> ownCommand(int argumentCount) throws IOException {
        String line = Files.readString(Path.of("/proc/self/cmdline"));
        List<String> own = new ArrayList<>(Arrays.asList(line.split("\0", -1)));
        own.removeLast(); // what follows the last terminator
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse(own.getFirst()));
        command.addAll(TunnelJvm.FLAGS);
        command.addAll(own.subList(1, own.size() - argumentCount));
        return command;
    }
}
