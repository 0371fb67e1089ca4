// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import warren.control.ControlClient;

/// A machine with Warren installed: the built distribution, used only through its command line.
final class WarrenNode implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    /// Long, because several tests share a machine of few cores: what is meant to come at all comes
    /// much sooner.
    private static final Duration PATIENCE = Duration.ofMinutes(3);

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
        await("its agent answers", agent -> agent.status() != null);
    }

    void stopAgent(String signal) {
        Objects.requireNonNull(agent).signal(signal);
        agent = null;
    }

    /// The agent's API without a command's JVM in between, for what is asked again and again.
    ControlClient control() {
        return new ControlClient(machine.files().resolve("run/warren/agent.sock"));
    }

    /// Something that the agent's API tells.
    interface Condition {
        boolean holds(ControlClient agent) throws IOException;
    }

    /// Asks the agent until the condition holds. An agent that does not answer counts as not yet.
    void await(String what, Condition condition) {
        ControlClient client = control();
        Await.until(
                machine.name() + ": " + what,
                PATIENCE,
                () -> {
                    try {
                        return condition.holds(client);
                    } catch (IOException _) {
                        return false; // it is starting
                    }
                },
                () -> warren("status") + "\n" + warren("peers") + "\n" + log());
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
        await(
                "it sees " + count + " peers alive",
                agent ->
                        agent.peers().stream().filter(peer -> peer.state().equals("alive")).count()
                                == count);
    }

    /// Waits until the status names a problem with these words in it.
    void awaitProblem(String words) {
        await(
                "it says: " + words,
                agent ->
                        agent.status().problems().stream()
                                .anyMatch(problem -> problem.contains(words)));
    }

    @Override
    public void close() {
        machine.close();
    }
}
