// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import warren.control.ControlClient;

/// A machine with Warren installed: the built distribution, used only through its command line.
final class WarrenNode implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Machine machine;
    private final Path log;
    private Machine.@Nullable Daemon agent;

    WarrenNode(String name, Lan lan, int host) {
        machine = new Machine(name);
        log = machine.files().resolve("agent.log");
        lan.plug(machine, host);
    }

    static String launcher() {
        Path launcher =
                Path.of(Objects.requireNonNull(System.getProperty("warren.dist")), "bin", "warren")
                        .toAbsolutePath()
                        .normalize();
        if (!Files.isExecutable(launcher)) {
            throw new AssertionError("no distribution at " + launcher + ": build module cli first");
        }
        return launcher.toString();
    }

    Machine machine() {
        return machine;
    }

    /// Everything the agent and its tunnel have logged.
    String log() {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Starts the agent and does not wait for it.
    void launchAgent() {
        agent = machine.start(log, launcher(), "agent");
    }

    /// Starts the agent and awaits its answer.
    void startAgent() {
        launchAgent();
        Await.until(
                "agent of " + machine.name() + " answers",
                PATIENCE,
                () -> warren("status").exit() == 0,
                this::log);
    }

    void stopAgent(String signal) {
        Objects.requireNonNull(agent).signal(signal);
        agent = null;
    }

    /// The agent's API without a command's JVM in between, for what is asked of many nodes often.
    ControlClient control() {
        return new ControlClient(machine.files().resolve("run/warren/agent.sock"));
    }

    Command.Result warren(String... arguments) {
        return machine.run(withLauncher(arguments));
    }

    /// Runs `warren …` with a standard input.
    Command.Result warrenReading(String input, String... arguments) {
        return machine.runWithInput(input, withLauncher(arguments));
    }

    private static String[] withLauncher(String... arguments) {
        String[] line = new String[arguments.length + 1];
        line[0] = launcher();
        System.arraycopy(arguments, 0, line, 1, arguments.length);
        return line;
    }

    /// What `warren … --json` answers.
    JsonNode json(String... arguments) {
        String[] line = java.util.Arrays.copyOf(arguments, arguments.length + 1);
        line[arguments.length] = "--json";
        return JSON.readTree(warren(line).orFail().out());
    }

    /// Makes this node the first of a cluster.
    void init() {
        startAgent();
        warren("init", "--name", machine.name()).orFail();
    }

    void join(WarrenNode seed) {
        startAgent();
        String token = seed.warren("token").orFail().out();
        warrenReading(token, "join", "-", "--name", machine.name()).orFail();
    }

    /// Attaches a container: a network namespace `/run/netns/NAME` of this machine.
    void container(String name, String address) {
        machine.sh("ip netns add " + name + " && ip -n " + name + " link set lo up");
        warren("attach", name, "--netns", "/run/netns/" + name, "--ip", address).orFail();
    }

    Command.Result inContainer(String name, String... command) {
        List<String> line = new java.util.ArrayList<>(List.of("ip", "netns", "exec", name));
        line.addAll(List.of(command));
        return machine.run(line.toArray(String[]::new));
    }

    /// Pings from a container until an answer comes.
    void awaitPing(String container, String address) {
        Await.until(
                container + " on " + machine.name() + " reaches " + address,
                PATIENCE,
                () -> inContainer(container, "ping", "-c", "1", "-W", "1", address).exit() == 0,
                () -> warren("status").out() + warren("peers").out() + log());
    }

    /// Waits until this node sees `count` peers alive.
    void awaitAlivePeers(int count) {
        Await.until(
                machine.name() + " sees " + count + " peers alive",
                PATIENCE,
                () -> alivePeers() == count,
                () -> warren("peers").out() + log());
    }

    private long alivePeers() {
        return StreamSupport.stream(json("peers").spliterator(), false)
                .filter(peer -> peer.path("state").asString("").equals("alive"))
                .count();
    }

    @Override
    public void close() {
        machine.close();
    }
}
