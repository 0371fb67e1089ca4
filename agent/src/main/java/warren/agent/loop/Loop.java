// SPDX-License-Identifier: Apache-2.0
package warren.agent.loop;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A thread that owns state: it runs what is sent to it, in order, and its duty when that is due.
/// Everything here but the duty is thread-safe.
///
/// A failure of one piece of work is logged and the loop goes on: what it owns is rebuilt from what
/// is true by the next duty.
public final class Loop {
    private static final Logger LOG = System.getLogger(Loop.class.getName());

    /// How much work may wait. Only datagrams are dropped at the limit ([#offer]); a caller waits.
    private static final int QUEUE_LIMIT = 4096;

    /// What the loop does by itself.
    public interface Duty {
        /// Does what is due.
        ///
        /// @return when to be called next, on the clock of `nowNanos`
        long run(long nowNanos) throws IOException;
    }

    /// A piece of work whose result somebody waits for.
    public interface Work<T> {
        T run() throws IOException;
    }

    /// A piece of work that nobody waits for.
    public interface Task {
        void run() throws IOException;
    }

    private final BlockingQueue<Task> queue = new LinkedBlockingQueue<>(QUEUE_LIMIT);
    private final Thread thread;
    private final Duty duty;
    private volatile boolean stopping;

    // Owned by the loop.
    private long dueNanos;
    private String lastFailure = "";

    public Loop(String name, Duty duty) {
        this.duty = duty;
        this.thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this::turn);
    }

    public void start() {
        dueNanos = System.nanoTime();
        thread.start();
    }

    /// Ends the loop after the work that runs now, and waits for that.
    public void stop(Duration patience) throws InterruptedException {
        stopping = true;
        if (!queue.offer(() -> {})) {
            thread.interrupt();
        }
        if (thread.isAlive() && !thread.join(patience)) {
            LOG.log(Level.WARNING, "loop did not stop in time loop={0}", thread.getName());
            thread.interrupt();
        }
    }

    /// Whether it was started and has not ended.
    public boolean isRunning() {
        return thread.isAlive();
    }

    public boolean isCurrent() {
        return Thread.currentThread().equals(thread);
    }

    /// Runs the duty at that time where it would have run later. Called on the loop.
    public void dueBy(long atNanos) {
        if (atNanos - dueNanos < 0) {
            dueNanos = atNanos;
        }
    }

    /// Sends work that may be lost where the loop is far behind.
    ///
    /// @return whether it was taken
    public boolean offer(Task task) {
        return !stopping && queue.offer(task);
    }

    /// Runs `work` on the loop and waits for its result. Called on the loop itself, it just runs.
    public <T> T call(Work<T> work, Duration patience) throws IOException {
        if (isCurrent()) {
            return work.run();
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        try {
            if (stopping || !queue.offer(completing(work, result), 1, TimeUnit.SECONDS)) {
                throw new IOException("the agent is stopping or overloaded");
            }
            return result.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted(e);
        } catch (TimeoutException e) {
            throw new IOException(thread.getName() + " is busy for too long", e);
        } catch (ExecutionException e) {
            throw cause(e);
        }
    }

    private static InterruptedIOException interrupted(InterruptedException e) {
        InterruptedIOException interrupted = new InterruptedIOException("interrupted");
        interrupted.initCause(e);
        return interrupted;
    }

    private static <T> Task completing(Work<T> work, CompletableFuture<T> result) {
        return () -> {
            try {
                result.complete(work.run());
            } catch (IOException | RuntimeException e) {
                result.completeExceptionally(e);
            }
        };
    }

    private static IOException cause(ExecutionException e) {
        return switch (e.getCause()) {
            case IOException io -> io;
            case RuntimeException bug -> throw bug;
            case null -> new IOException(e);
            default -> new IOException(e.getCause());
        };
    }

    private void turn() {
        while (!stopping) {
            try {
                Task task = next();
                if (task != null) {
                    task.run();
                }
                if (dueNanos - System.nanoTime() <= 0) {
                    runDuty();
                }
            } catch (InterruptedException _) {
                // Only stop() interrupts; the loop's condition ends it.
            } catch (IOException | RuntimeException e) {
                report(e);
            }
        }
    }

    /// What fails again and again in the same way is worth one line, not one a second.
    private void report(Exception e) {
        String failure = e.toString();
        if (failure.equals(lastFailure)) {
            return;
        }
        lastFailure = failure;
        if (e instanceof IOException) {
            LOG.log(
                    Level.WARNING,
                    "work failed loop={0} reason={1}",
                    thread.getName(),
                    e.getMessage());
        } else {
            LOG.log(Level.ERROR, "work failed loop=" + thread.getName(), e);
        }
    }

    private @Nullable Task next() throws InterruptedException {
        long waitNanos = dueNanos - System.nanoTime();
        return waitNanos <= 0 ? queue.poll() : queue.poll(waitNanos, TimeUnit.NANOSECONDS);
    }

    private void runDuty() throws IOException {
        // A duty that fails is tried again after a pause, not at once.
        dueNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        dueNanos = duty.run(System.nanoTime());
        lastFailure = "";
    }
}
