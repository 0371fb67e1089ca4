// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import warren.control.ControlClient;

/// One node on this machine: a network namespace with an agent in a process of its own, whose four
/// private places are directories of the test. `ip netns exec` gives the process a mount namespace,
/// in which they are bound over the real places.
final class TestNode implements AutoCloseable {
    private static final List<String> PLACES =
            List.of("/var/lib/warren", "/run/warren", "/run/wireguard", "/etc/warren");

    private final String name;
    private final Path home;
    private Process agent;

    /// Makes the node's namespace; its `eth0` is the caller's to make. It has no IPv6 address at
    /// all until the agent starts, as on a host where IPv6 was switched off.
    TestNode(String name, Path directory) throws IOException {
        this.name = name;
        this.home = directory.resolve(name);
        for (String place : PLACES) {
            Files.createDirectories(home.resolve(place.substring(1)));
            Files.createDirectories(Path.of(place));
        }
        sweep(List.of(name));
        run("ip", "netns", "add", name);
    }

    String name() {
        return name;
    }

    Path log() {
        return home.resolve("agent.log");
    }

    Path tunnelSocket() {
        return home.resolve("run/wireguard/wg0.sock");
    }

    ControlClient client() {
        return new ControlClient(home.resolve("run/warren/agent.sock"));
    }

    /// Starts the agent and waits until it answers.
    void start() throws IOException {
        StringBuilder script = new StringBuilder();
        for (String place : PLACES) {
            script.append("mount --bind ").append(home.resolve(place.substring(1)));
            script.append(' ').append(place).append(" && ");
        }
        script.append("exec ").append(launcher()).append(" agent");
        agent =
                new ProcessBuilder("ip", "netns", "exec", name, "sh", "-c", script.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                        .start();
        Eventually.holds("agent " + name + " answers", () -> client().status() != null);
    }

    /// A script that runs this module's own command, for the agent and for the tunnel it starts.
    private Path launcher() throws IOException {
        Path script = home.resolve("warren");
        Files.writeString(
                script,
                "#!/bin/sh\nexport WARREN_LAUNCHER="
                        + script
                        + "\nexec "
                        + Path.of(System.getProperty("java.home"), "bin", "java")
                        + " -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx128m"
                        + " --enable-native-access=ALL-UNNAMED -cp "
                        + System.getProperty("java.class.path")
                        + " warren.agent.NodeMain \"$@\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return script;
    }

    /// Tells the agent to end, as systemd does, and waits for it.
    void stop() throws IOException {
        if (agent != null) {
            agent.destroy();
            Eventually.holds("agent " + name + " has stopped", () -> !agent.isAlive());
        }
    }

    /// Ends the tunnel's process, and waits until it has gone.
    void stopTunnel() throws IOException {
        boolean _ = Files.deleteIfExists(tunnelSocket());
        Eventually.holds("tunnel of " + name + " is gone", () -> !links().contains(" wg0"));
    }

    String links() throws IOException {
        return run("ip", "-n", name, "-o", "link");
    }

    String exec(String... command) throws IOException {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
        all.addAll(List.of(command));
        return run(all.toArray(String[]::new));
    }

    @Override
    public void close() throws IOException {
        try {
            stop();
            stopTunnel();
        } finally {
            run("ip", "netns", "del", name);
        }
    }

    /// Removes namespaces of these names with every process in them, now and when this JVM is told
    /// to end: a run that was cut short leaves nothing, at the latest when the next one starts.
    static void sweep(List<String> names) throws IOException {
        removeAll(names);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    try {
                                        removeAll(names);
                                    } catch (IOException _) {
                                        // the next run sweeps again
                                    }
                                }));
    }

    private static void removeAll(List<String> names) throws IOException {
        for (String name : names) {
            run(
                    "sh",
                    "-c",
                    "[ -e /run/netns/$0 ] || exit 0; ip netns pids $0 | xargs -r kill -9; ip netns del $0",
                    name);
        }
    }

    static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        return output;
    }
}
