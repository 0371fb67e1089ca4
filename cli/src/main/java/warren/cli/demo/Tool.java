// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Runs the outside programs of the demo and waits for them, never for ever.
final class Tool {
    private static final Duration QUICK = Duration.ofSeconds(20);

    /// What a program left behind.
    record Output(String command, int code, String out, String err) {
        boolean succeeded() {
            return code == 0;
        }

        /// The standard output, or an exception with the program's own last words.
        String orThrow() throws DemoException {
            if (code == 0) {
                return out;
            }
            List<String> words = (err.isBlank() ? out : err).strip().lines().toList();
            String why = words.isEmpty() ? "exit code " + code : words.getLast();
            throw new DemoException(command + ": " + why);
        }
    }

    private Tool() {}

    /// Runs a program that must succeed; returns what it printed.
    static String run(List<String> words) throws IOException, InterruptedException {
        return output(words, "", QUICK).orThrow();
    }

    static Output output(List<String> words, String stdin, Duration limit)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words).start();
        try {
            CompletableFuture<String> out = text(process.getInputStream());
            CompletableFuture<String> err = text(process.getErrorStream());
            try (OutputStream in = process.getOutputStream()) {
                in.write(stdin.getBytes(StandardCharsets.UTF_8));
            } catch (IOException _) {
                // It did not read all of it; its own words and exit code say why.
            }
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new DemoException(
                        name(words) + " did not end in " + limit.toSeconds() + " s");
            }
            return new Output(name(words), process.exitValue(), out.join(), err.join());
        } finally {
            process.destroyForcibly();
        }
    }

    /// Those of the programs that are not on the path.
    static List<String> missing(List<String> programs) {
        List<String> directories = List.of(System.getenv().getOrDefault("PATH", "").split(":", -1));
        return programs.stream()
                .filter(
                        program ->
                                directories.stream()
                                        .noneMatch(
                                                directory ->
                                                        Files.isExecutable(
                                                                Path.of(directory, program))))
                .toList();
    }

    /// Several lines for `ip -batch`, in one process.
    static void ip(String namespace, List<String> lines) throws IOException, InterruptedException {
        List<String> words = List.of("ip", "-n", namespace, "-batch", "-");
        output(words, String.join("\n", lines) + "\n", QUICK).orThrow();
    }

    /// A program's words as a person would recognise them: without what only enters a namespace.
    private static String name(List<String> words) {
        int start = words.contains("nsenter") ? words.indexOf("--") + 1 : 0;
        return String.join(" ", words.subList(start, words.size()));
    }

    private static CompletableFuture<String> text(InputStream in) {
        CompletableFuture<String> text = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                text.complete(
                                        new String(in.readAllBytes(), StandardCharsets.UTF_8));
                            } catch (IOException e) {
                                text.completeExceptionally(new UncheckedIOException(e));
                            }
                        });
        return text;
    }
}
