// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// A machine of its own as far as a tunnel can tell: network, mount and process namespaces with
/// private `/run/wireguard`, `/run/netns` and `/var/lib/warren`. Its first process reads our
/// standard input, so that the node, and by its process namespace everything in it, is gone when
/// the test's Java is, however that ended.
final class TestNode implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Process unshare;
    private final long init;
    private final Path directory;

    private TestNode(Process unshare, long init, Path directory) {
        this.unshare = unshare;
        this.init = init;
        this.directory = directory;
    }

    /// @param directory for logs and files of the node
    static TestNode create(Path directory) throws IOException, InterruptedException {
        String setUp =
                "mkdir -p -m 0700 /run/wireguard /var/lib/warren && mkdir -p /run/netns"
                        + " && mount -t tmpfs wtn /run/netns"
                        + " && mount -t tmpfs -o mode=0700 wtn /run/wireguard"
                        + " && mount -t tmpfs -o mode=0700 wtn /var/lib/warren"
                        + " && ip link set lo up && echo ready && exec cat";
        Process unshare =
                new ProcessBuilder(
                                "unshare",
                                "--net",
                                "--mount",
                                "--pid",
                                "--fork",
                                "--mount-proc",
                                "--kill-child",
                                "--propagation",
                                "private",
                                "sh",
                                "-c",
                                setUp)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String ready = unshare.inputReader().readLine();
        if (!"ready".equals(ready)) {
            unshare.destroyForcibly();
            throw new IOException("no namespaces: these tests need root");
        }
        long init = unshare.children().findFirst().orElseThrow().pid();
        return new TestNode(unshare, init, directory);
    }

    /// Connects two nodes with a veth pair, up, with an MTU that carries the largest tunnel packet
    /// of the tests whole.
    static void connect(TestNode a, String nameA, TestNode b, String nameB) throws Exception {
        Process ip =
                new ProcessBuilder(
                                "ip link add %s netns %d type veth peer name %s netns %d"
                                        .formatted(nameA, a.init, nameB, b.init)
                                        .split(" "))
                        .inheritIO()
                        .start();
        assertEquals(0, ip.waitFor());
        a.run("ip link set " + nameA + " mtu 9200 up");
        b.run("ip link set " + nameB + " mtu 9200 up");
    }

    /// Runs words of a command to its end, which must be success: what it printed.
    String run(String words) throws Exception {
        return run(words.split(" "));
    }

    String run(String... command) throws Exception {
        Result result = attempt(command);
        assertEquals(0, result.code(), () -> Arrays.toString(command) + ": " + result.output());
        return result.output();
    }

    /// Runs words of a command to its end, whatever that is.
    Result attempt(String... command) throws Exception {
        Path output = Files.createTempFile(directory, "command", ".out");
        Process process =
                builder(command)
                        .redirectErrorStream(true)
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(output.toFile())
                        .start();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            fail(Arrays.toString(command) + " does not end: " + Files.readString(output));
        }
        String printed = Files.readString(output);
        Files.delete(output);
        return new Result(process.exitValue(), printed);
    }

    /// Starts a command whose output goes to the node's file `log`.
    Process start(String log, String... command) throws IOException {
        return builder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve(log).toFile()))
                .start();
    }

    /// Our tunnel in the foreground, up to where its socket answers; logs to `NAME.log`.
    ///
    /// @param variables more of its environment, as `NAME=VALUE`
    Process startTunnel(String name, String... variables) throws Exception {
        // Who runs the tests in the background has SIGINT ignored, and passes that on.
        List<String> words =
                new ArrayList<>(List.of("env", "--default-signal=INT", "LOG_LEVEL=debug"));
        words.addAll(List.of(variables));
        words.addAll(List.of(warren("-f", name)));
        Process process = start(name + ".log", words.toArray(String[]::new));
        await(
                name + " to answer",
                () -> {
                    if (!process.isAlive()) {
                        fail(name + " ended: " + log(name + ".log"));
                    }
                    return succeeds("wg", "show", name, "dump");
                });
        return process;
    }

    /// `wireguard-go` in the foreground, up to where its socket answers.
    Process startWireguardGo(String name) throws Exception {
        Process process =
                start(name + ".log", "env", "LOG_LEVEL=debug", "wireguard-go", "-f", name);
        await(name + " to answer", () -> succeeds("wg", "show", name, "dump"));
        return process;
    }

    /// The words that start our tunnel with these arguments.
    static String[] warren(String... args) {
        List<String> words = new ArrayList<>();
        words.add(ProcessHandle.current().info().command().orElse("java"));
        words.addAll(TunnelJvm.FLAGS);
        if ("vector".equals(System.getenv(AeadChoice.VARIABLE))) {
            words.addAll(List.of("--add-modules", "jdk.incubator.vector"));
        }
        words.add("--enable-native-access=ALL-UNNAMED");
        words.add("-cp");
        words.add(System.getProperty("java.class.path"));
        words.add(TunnelMain.class.getName());
        words.addAll(List.of(args));
        return words.toArray(String[]::new);
    }

    /// The words that start another main class of the tests.
    static String[] java(Class<?> main, String... args) {
        String[] words = warren(args);
        words[List.of(words).indexOf(TunnelMain.class.getName())] = main.getName();
        return words;
    }

    /// A file of the node's directory with this content, to be read inside.
    Path file(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.writeString(file, content);
        file.toFile().setReadable(false, false);
        file.toFile().setReadable(true, true);
        return file;
    }

    String log(String name) {
        try {
            Path log = directory.resolve(name);
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean succeeds(String... command) {
        try {
            return attempt(command).code() == 0;
        } catch (Exception e) {
            throw new IllegalStateException(String.join(" ", command), e);
        }
    }

    /// The tunnel's socket as this test's own process reaches it.
    Path socket(String name) {
        return Path.of("/proc/" + init + "/root/run/wireguard/" + name + ".sock");
    }

    boolean hasLink(String name) {
        return succeeds("ip", "link", "show", "dev", name);
    }

    boolean hasSocket(String name) {
        return succeeds("test", "-e", "/run/wireguard/" + name + ".sock");
    }

    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        await(what, PATIENCE, condition);
    }

    static void await(String what, Duration patience, BooleanSupplier condition)
            throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                fail("waited " + patience.toSeconds() + " s for " + what);
            }
            Thread.sleep(20);
        }
    }

    /// Ends everything that runs in the node. The first process ends with its input, and `unshare`
    /// once that and all others are gone; were `unshare` killed, the orphan would be gone only when
    /// the host's init takes notice.
    @Override
    public void close() {
        try {
            unshare.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        unshare.onExit().join();
    }

    private ProcessBuilder builder(String... command) {
        List<String> words = new ArrayList<>();
        words.addAll(List.of("nsenter", "-t", Long.toString(init), "-n", "-m", "-p", "--"));
        words.addAll(List.of(command));
        return new ProcessBuilder(words);
    }

    /// What a command answered.
    record Result(int code, String output) {}
}
