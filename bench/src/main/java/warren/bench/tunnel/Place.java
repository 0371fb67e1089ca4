// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/// One end of the tunnel: namespaces for PIDs, mounts and network without a name, with an empty
/// `/run` and `/var/lib`. Nothing of it is visible on the host.
///
/// Its first process ends when its standard input does, that is with this JVM at the latest, and
/// takes every process, mount and interface of the place along: nothing remains after a failure,
/// Ctrl-C or a kill.
final class Place implements AutoCloseable {
    private static final String FIRST_PROCESS =
            """
            set -e
            mount -t tmpfs none /run
            mount -t tmpfs none /var/lib
            ip link set lo up
            for all in all default; do echo 0 >/proc/sys/net/ipv6/conf/$all/accept_dad; done
            echo ready
            exec cat >/dev/null
            """;

    private final Process holder;
    private final long pid;

    Place() throws BenchmarkException {
        try {
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
                                    FIRST_PROCESS)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            BufferedReader out = holder.inputReader(StandardCharsets.UTF_8);
            if (!"ready".equals(out.readLine())) {
                throw new BenchmarkException("no namespaces to be had; is this root?");
            }
            pid = holder.children().findFirst().orElseThrow().pid();
        } catch (IOException e) {
            throw new BenchmarkException("unshare: " + e.getMessage(), e);
        }
    }

    /// Joins two new places by an Ethernet cable: `eth0` with the addresses of both families.
    static void cable(Place one, Place two) throws BenchmarkException {
        Command.run(
                        List.of(
                                "ip link add eth0 netns %d type veth peer name eth0 netns %d"
                                        .formatted(one.pid, two.pid)
                                        .split(" ", -1)))
                .orFail();
        one.address(Family.V4.leftOutside, Family.V6.leftOutside);
        two.address(Family.V4.rightOutside, Family.V6.rightOutside);
    }

    private void address(String v4, String v6) throws BenchmarkException {
        sh(
                """
                ip addr add %s/24 dev eth0
                ip addr add %s/64 dev eth0 nodad
                ip link set eth0 up
                """
                        .formatted(v4, v6));
    }

    /// The first process, as this JVM counts processes.
    long pid() {
        return pid;
    }

    /// A file of the place, seen from here.
    Path file(String absolute) {
        return Path.of("/proc/" + pid + "/root" + absolute);
    }

    /// The command line that runs `command` in the place.
    List<String> in(List<String> command) {
        List<String> line = new ArrayList<>();
        line.addAll(List.of("nsenter", "-t", Long.toString(pid), "-m", "-n", "-p", "--"));
        line.addAll(command);
        return line;
    }

    Command.Result run(Duration patience, String... command) throws BenchmarkException {
        return Command.run(in(List.of(command)), patience, Map.of());
    }

    /// Runs `script` with `sh -ec` and expects success.
    String sh(String script) throws BenchmarkException {
        return run(Duration.ofSeconds(60), "sh", "-ec", script).orFail();
    }

    void write(String absolute, String text) throws BenchmarkException {
        try {
            Files.writeString(file(absolute), text);
        } catch (IOException e) {
            throw new BenchmarkException("writing " + absolute + ": " + e.getMessage(), e);
        }
    }

    /// Starts a program that goes on.
    ///
    /// @param log a file of the host that takes what it prints
    Running start(Path log, Map<String, String> environment, List<String> command)
            throws BenchmarkException {
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(in(command))
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            return new Running(process, command.getFirst(), log);
        } catch (IOException e) {
            throw new BenchmarkException(String.join(" ", command) + ": " + e.getMessage(), e);
        }
    }

    /// A program running in a place. What this JVM sees is `nsenter`, which waits for it.
    record Running(Process nsenter, String name, Path log) {
        /// The program's own process.
        long pid() throws BenchmarkException {
            return nsenter.children()
                    .findFirst()
                    .orElseThrow(() -> new BenchmarkException(name + " has ended: " + log))
                    .pid();
        }

        /// Waits until `condition` holds, and fails at once where the program ends before.
        void await(String what, Duration limit, BooleanSupplier condition)
                throws BenchmarkException {
            long start = System.nanoTime();
            while (!condition.getAsBoolean()) {
                if (!nsenter.isAlive() || System.nanoTime() - start > limit.toNanos()) {
                    throw new BenchmarkException(name + ": " + what + " did not come: " + log);
                }
                try {
                    Thread.sleep(2);
                } catch (InterruptedException e) {
                    throw new BenchmarkException("interrupted", e);
                }
            }
        }

        void stop() {
            nsenter.descendants().forEach(ProcessHandle::destroyForcibly);
            nsenter.destroyForcibly();
        }
    }

    @Override
    public void close() {
        holder.children().forEach(ProcessHandle::destroyForcibly);
        holder.destroyForcibly();
        holder.onExit().join();
    }
}
