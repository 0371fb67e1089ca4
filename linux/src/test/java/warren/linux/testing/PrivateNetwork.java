// SPDX-License-Identifier: Apache-2.0
package warren.linux.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import warren.linux.libc.Outcome;
import warren.linux.libc.ProcessCalls;

/// A network namespace without a name: one platform thread lives in it, and with that thread's end
/// (and the last socket's) the kernel takes it down with all its interfaces. A test that dies leaks
/// nothing.
///
/// Sockets, TUN devices and processes that [#call] makes belong to the namespace, wherever they are
/// used later. The loopback interface is up.
public final class PrivateNetwork implements AutoCloseable {
    private static final long DEADLINE_SECONDS = 60;

    private final ExecutorService thread;
    private final int threadId;

    private PrivateNetwork(ExecutorService thread, int threadId) {
        this.thread = thread;
        this.threadId = threadId;
    }

    /// A step that may fail.
    @FunctionalInterface
    public interface Step {
        void run() throws Exception;
    }

    /// @param name of its thread, for stack traces
    public static PrivateNetwork create(String name) throws Exception {
        ExecutorService thread =
                Executors.newSingleThreadExecutor(
                        task -> Thread.ofPlatform().name(name).daemon().unstarted(task));
        try {
            int id = thread.submit(PrivateNetwork::enter).get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            var network = new PrivateNetwork(thread, id);
            network.ip("link set lo up");
            return network;
        } catch (ExecutionException | TimeoutException e) {
            thread.shutdownNow();
            throw e;
        }
    }

    private static int enter() throws IOException {
        Outcome.check(ProcessCalls.unshare(ProcessCalls.CLONE_NEWNET), "unshare CLONE_NEWNET");
        return ProcessCalls.gettid();
    }

    /// What `setns` and `--netns` take while this is open.
    public String path() {
        return "/proc/" + ProcessHandle.current().pid() + "/task/" + threadId + "/ns/net";
    }

    /// What `ip link set … netns` takes: the kernel finds the namespace by any thread's id.
    public int threadId() {
        return threadId;
    }

    /// Runs `work` inside and hands on its answer or its exception.
    public <T> T call(Callable<T> work) throws Exception {
        var answer = new CompletableFuture<T>();
        thread.execute(
                () -> {
                    try {
                        answer.complete(work.call());
                    } catch (Throwable t) {
                        answer.completeExceptionally(t);
                    }
                });
        try {
            return answer.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Exception cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw e;
            }
        }
    }

    /// Runs `step` inside.
    public void run(Step step) throws Exception {
        var _ =
                call(
                        () -> {
                            step.run();
                            return true;
                        });
    }

    /// Runs a command inside: what it printed. Fails where it fails.
    public String execute(String... command) throws Exception {
        return call(
                () -> {
                    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
                    process.getOutputStream().close();
                    String output =
                            new String(
                                    process.getInputStream().readAllBytes(),
                                    StandardCharsets.UTF_8);
                    int status = process.waitFor();
                    if (status != 0) {
                        throw new IOException(
                                String.join(" ", command) + " exited " + status + ": " + output);
                    }
                    return output;
                });
    }

    /// Runs `ip` with the words of `arguments`.
    public String ip(String arguments) throws Exception {
        return execute(("ip " + arguments).split(" ", -1));
    }

    /// Ends the thread. A task that still runs in it is interrupted, and must end.
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("a task still runs in " + path());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
