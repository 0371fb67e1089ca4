// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A machine made of namespaces: PID, mount and network of its own, with private
/// `/var/lib/warren`, `/run/warren`, `/run/wireguard`, `/etc/warren` and `/run/netns`.
///
/// Its first process ends when its standard input does, that is with the test's JVM at the latest,
/// and takes every process, mount, namespace and interface of the machine along.
final class Machine implements AutoCloseable {
    private static final String FIRST_PROCESS =
            """
            set -e
            for at in var/lib/warren run/warren run/wireguard etc/warren run/netns; do
              mkdir -p "$0/$at" "/$at"
              mount --bind "$0/$at" "/$at"
            done
            ip link set lo up
            echo ready
            exec cat >/dev/null
            """;

    private final String name;
    private final Path files;
    private final Process holder;
    private final long pid;

    Machine(String name) {
        this.name = name;
        try {
            files = Files.createTempDirectory("wst-" + name + "-");
            holder =
                    new ProcessBuilder(
                                    "unshare",
                                    "--net",
                                    "--mount",
                                    "--pid",
                                    "--fork",
                                    "--kill-child",
                                    "--mount-proc",
                                    "sh",
                                    "-c",
                                    FIRST_PROCESS,
                                    files.toString())
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            BufferedReader out = holder.inputReader(StandardCharsets.UTF_8);
            if (!"ready".equals(out.readLine())) {
                throw new AssertionError("machine " + name + " did not start; is this root?");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("machine " + name, e);
        }
        pid = holder.children().findFirst().orElseThrow().pid();
    }

    String name() {
        return name;
    }

    /// The machine's first process, as this JVM's own PID namespace counts.
    long pid() {
        return pid;
    }

    /// Where the machine's private folders are on this host: `files().resolve("var/lib/warren")`.
    Path files() {
        return files;
    }

    /// The command line that runs `command` on the machine.
    List<String> on(String... command) {
        List<String> line = new ArrayList<>();
        line.addAll(
                List.of("nsenter", "-t", Long.toString(pid), "-m", "-n", "-p", "-r", "-w", "--"));
        line.addAll(List.of(command));
        return line;
    }

    Command.Result run(String... command) {
        return Command.run(on(command), null);
    }

    Command.Result runWithInput(String input, String... command) {
        return Command.run(on(command), input);
    }

    /// Runs `script` with `sh -ec` and expects success.
    String sh(String script) {
        return run("sh", "-ec", script).orFail().out();
    }

    /// Starts a program that goes on; its output goes to `log`.
    Daemon start(Path log, String... command) {
        try {
            Process process =
                    new ProcessBuilder(on(command))
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                            .start();
            process.getOutputStream().close();
            return new Daemon(process);
        } catch (IOException e) {
            throw new UncheckedIOException(String.join(" ", command), e);
        }
    }

    /// A program running on a machine. The process this JVM sees is `nsenter`, which waits for it.
    record Daemon(Process nsenter) {
        boolean isAlive() {
            return nsenter.isAlive();
        }

        /// Sends a signal to the program itself, such as `TERM` or `KILL`, and awaits its end.
        void signal(String signal) {
            @Nullable ProcessHandle program = nsenter.children().findFirst().orElse(null);
            if (program != null) {
                Command.run("kill", "-" + signal, Long.toString(program.pid()));
            }
            Await.until("end after SIG" + signal, Duration.ofMinutes(1), () -> !nsenter.isAlive());
        }
    }

    @Override
    public void close() {
        try {
            holder.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException("ending " + name, e);
        }
        // `unshare` ends once the first process is gone, and that once all others are, so
        // nobody writes to the files any more.
        holder.onExit().join();
        try (Stream<Path> all = Files.walk(files)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException("removing " + files, e);
        }
    }
}
