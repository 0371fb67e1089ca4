// SPDX-License-Identifier: Apache-2.0
package warren.linux.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Numbers that a C program in the test resources printed, `NAME NUMBER…` on each line, and the
/// same program compiled and run again where the machine has a compiler. No state.
final class CompiledNumbers {
    private CompiledNumbers() {}

    /// The committed lines of `name.txt`.
    static Map<String, String> committed(String name) throws IOException {
        return lines(resource(name + ".txt"));
    }

    /// What `name.c` prints on this machine; empty without a compiler.
    static Optional<Map<String, String>> compiled(String name, Path directory)
            throws IOException, InterruptedException {
        if (!Files.isExecutable(Path.of("/usr/bin/cc"))) {
            return Optional.empty();
        }
        Path source = directory.resolve(name + ".c");
        Path program = directory.resolve(name);
        Files.writeString(source, resource(name + ".c"));
        run("/usr/bin/cc", "-o", program.toString(), source.toString());
        return Optional.of(lines(run(program.toString())));
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    private static String resource(String name) throws IOException {
        try (InputStream stream = CompiledNumbers.class.getResourceAsStream(name)) {
            return new String(
                    Objects.requireNonNull(stream, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Map<String, String> lines(String text) {
        var numbers = new LinkedHashMap<String, String>();
        text.lines()
                .map(line -> line.split(" ", 2))
                .forEach(parts -> numbers.put(parts[0], parts[1]));
        return numbers;
    }
}
