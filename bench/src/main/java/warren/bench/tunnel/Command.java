// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/// Runs a program to its end and keeps what it printed.
final class Command {
    private Command() {}

    /// What a finished program left: its exit status, and all it printed.
    record Result(List<String> line, int exit, String out, String err) {
        /// What it printed, where its exit status is 0.
        String orFail() throws BenchmarkException {
            if (exit != 0) {
                throw new BenchmarkException(
                        String.join(" ", line) + ": exit " + exit + "\n" + tail(out + err));
            }
            return out;
        }

        private static String tail(String text) {
            return text.length() > 2000 ? text.substring(text.length() - 2000) : text;
        }
    }

    static Result run(List<String> line) throws BenchmarkException {
        return run(line, Duration.ofSeconds(60), Map.of());
    }

    static Result run(List<String> line, Duration patience, Map<String, String> environment)
            throws BenchmarkException {
        try {
            ProcessBuilder builder = new ProcessBuilder(line);
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            FutureTask<String> out = reader(process.getInputStream());
            FutureTask<String> err = reader(process.getErrorStream());
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new BenchmarkException(
                        String.join(" ", line) + ": no end after " + patience.toSeconds() + " s");
            }
            return new Result(line, process.exitValue(), out.get(), err.get());
        } catch (IOException | ExecutionException e) {
            throw new BenchmarkException(String.join(" ", line) + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw new BenchmarkException("interrupted", e);
        }
    }

    /// The file that `name` names in `PATH` or, for a non-root `PATH`, in the sbin folders.
    static boolean isThere(String name) {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
        for (String folder : path.split(":", -1)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, name))) {
                return true;
            }
        }
        return false;
    }

    private static FutureTask<String> reader(InputStream stream) {
        FutureTask<String> task =
                new FutureTask<>(() -> new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        Thread.ofVirtual().start(task);
        return task;
    }
}
