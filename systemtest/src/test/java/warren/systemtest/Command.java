// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Runs a program to its end and keeps what it printed.
final class Command {
    /// Long, because with many nodes on a machine of few cores even a short command takes a while.
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private Command() {}

    /// What a finished program left.
    ///
    /// @param line the command line, for messages
    /// @param exit its exit status
    /// @param out all of standard output
    /// @param err all of standard error
    record Result(List<String> line, int exit, String out, String err) {
        /// The result itself where the exit status is 0.
        ///
        /// @throws AssertionError with everything the program printed where it is not
        Result orFail() {
            if (exit != 0) {
                throw new AssertionError(this.toString());
            }
            return this;
        }

        @Override
        public String toString() {
            return String.join(" ", line) + "\nexit " + exit + "\n" + out + err;
        }
    }

    static Result run(String... line) {
        return run(List.of(line), null);
    }

    /// @param input given to the program as its standard input; none where null
    static Result run(List<String> line, @Nullable String input) {
        try {
            Process process = new ProcessBuilder(line).start();
            FutureTask<String> err = reader(process.getErrorStream());
            FutureTask<String> out = reader(process.getInputStream());
            try (var stdin = process.getOutputStream()) {
                if (input != null) {
                    stdin.write(input.getBytes(StandardCharsets.UTF_8));
                }
            } catch (IOException _) {
                // the program ended without reading: its exit status says more
            }
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new AssertionError(String.join(" ", line) + ": no end after " + PATIENCE);
            }
            return new Result(line, process.exitValue(), out.get(), err.get());
        } catch (IOException e) {
            throw new UncheckedIOException(String.join(" ", line), e);
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(String.join(" ", line), e);
        }
    }

    private static FutureTask<String> reader(java.io.InputStream stream) {
        FutureTask<String> task =
                new FutureTask<>(() -> new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        Thread.ofVirtual().start(task);
        return task;
    }
}
