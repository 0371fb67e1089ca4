// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import warren.control.ControlClient;

/// One node: a network namespace, a mount namespace with the private places, and the agent in them.
/// Confined to the demo's thread.
///
/// A shell holds the namespaces. It is the first process of a PID namespace and ends with its
/// stdin, so whatever a node has started ends with the demo, even where the demo is killed.
final class DemoNode {
    private static final Duration COMMAND_LIMIT = Duration.ofMinutes(2);
    private static final Duration START_LIMIT = Duration.ofSeconds(30);

    private final String name;
    private final Netns netns;
    private final String underlayAddress;
    private final Path launcher;
    private final Path log;
    private @Nullable Process agent;
    private long holderPid;

    DemoNode(String name, Netns netns, String underlayAddress, Path launcher, Path directory) {
        this.name = name;
        this.netns = netns;
        this.underlayAddress = underlayAddress;
        this.launcher = launcher;
        this.log = directory.resolve(name + ".log");
    }

    String name() {
        return name;
    }

    Netns netns() {
        return netns;
    }

    String underlayAddress() {
        return underlayAddress;
    }

    /// The process whose namespaces are the node's.
    long pid() {
        return holderPid;
    }

    /// Makes the node's namespaces.
    void boot(Cleanup cleanup) throws IOException, InterruptedException {
        StringBuilder script = new StringBuilder("set -e\nmount -t proc proc /proc\n");
        for (Path place : PrivatePlaces.ALL) {
            script.append("mount -t tmpfs -o mode=0700 warren-demo ").append(place).append('\n');
        }
        script.append("echo ready\nread -r _ || exit 0\n");
        List<String> unshare =
                netns.inside(
                        "unshare",
                        "--mount",
                        "--propagation",
                        "slave",
                        "--pid",
                        "--fork",
                        "--kill-child",
                        "bash",
                        "-c",
                        script.toString());
        Process started = new ProcessBuilder(unshare).redirectErrorStream(true).start();
        cleanup.later(() -> end(started));
        BufferedReader said = started.inputReader(StandardCharsets.UTF_8);
        String line = said.readLine();
        if (!"ready".equals(line)) {
            throw new DemoException(name + ": cannot make its namespaces: " + line);
        }
        holderPid =
                started.children()
                        .findFirst()
                        .orElseThrow(() -> new DemoException(name + ": its first process is gone"))
                        .pid();
    }

    /// Starts the daemon.
    void launchAgent() throws IOException {
        agent =
                new ProcessBuilder(inside(launcher.toString(), "agent"))
                        .redirectInput(new File("/dev/null"))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
    }

    /// Waits until the daemon answers.
    void awaitAgent() throws IOException, InterruptedException {
        Process started = Objects.requireNonNull(agent);
        Await.until(
                "the agent of " + name + " to answer",
                START_LIMIT,
                () -> {
                    if (!started.isAlive()) {
                        throw new DemoException("it ended with code " + started.exitValue());
                    }
                    return client().status() != null;
                });
    }

    /// The agent's API, through the mount namespace of the node.
    ControlClient client() {
        return new ControlClient(Path.of("/proc/" + holderPid + "/root" + ControlClient.SOCKET));
    }

    /// Runs `warren …` on the node, as its operator would.
    String warren(String stdin, String... words) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(words));
        all.addFirst(launcher.toString());
        Tool.Output output = Tool.output(inside(all.toArray(String[]::new)), stdin, COMMAND_LIMIT);
        if (!output.succeeded()) {
            String why = output.err().strip().replaceFirst("^warren: ", "");
            throw new DemoException(name + ": warren " + words[0] + ": " + why);
        }
        return output.out();
    }

    /// The words that run a program on the node.
    List<String> inside(String... words) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "nsenter",
                                "-t",
                                String.valueOf(holderPid),
                                "-m",
                                "-n",
                                "-p",
                                "--"));
        all.addAll(List.of(words));
        return all;
    }

    /// The last words of the agent, for who has to find out what went wrong.
    List<String> lastWords(int lines) {
        try {
            List<String> all = Files.readAllLines(log);
            return all.subList(Math.max(0, all.size() - lines), all.size());
        } catch (IOException _) {
            return List.of();
        }
    }

    private void end(Process started) throws IOException, InterruptedException {
        Process daemon = agent;
        if (daemon != null) {
            daemon.destroy();
            daemon.waitFor(5, TimeUnit.SECONDS);
        }
        started.getOutputStream().close();
        if (!started.waitFor(5, TimeUnit.SECONDS)) {
            started.destroyForcibly().waitFor();
        }
    }
}
