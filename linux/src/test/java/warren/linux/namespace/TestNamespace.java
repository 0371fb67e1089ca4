// SPDX-License-Identifier: Apache-2.0
package warren.linux.namespace;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A network namespace for one test, without a path, with its loopback up. It is gone with `close`,
/// and with the JVM at the latest.
public final class TestNamespace implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    private final NetworkNamespace namespace;

    private TestNamespace(NetworkNamespace namespace) {
        this.namespace = namespace;
    }

    public static TestNamespace create() throws IOException {
        var made = new TestNamespace(NetworkNamespace.createUnnamed());
        made.ip("link set lo up");
        return made;
    }

    public NetworkNamespace namespace() {
        return namespace;
    }

    /// What `ip ARGUMENTS` prints inside; it must succeed.
    public String ip(String arguments) {
        return command("ip " + arguments);
    }

    /// What `ip -j ARGUMENTS` says, without the empty objects it prints for what it filters out.
    public List<JsonNode> ipJson(String arguments) {
        var objects = new ArrayList<JsonNode>();
        String printed = ip("-j " + arguments);
        if (!printed.isBlank()) {
            for (var node : JSON.readTree(printed)) {
                if (!node.isEmpty()) {
                    objects.add(node);
                }
            }
        }
        return objects;
    }

    /// What a command prints inside; it must succeed.
    public String command(String line) {
        var words = new ArrayList<String>(List.of("nsenter", "--net=" + namespace.path()));
        words.addAll(List.of(line.split(" ")));
        try {
            var process = new ProcessBuilder(words).redirectErrorStream(true).start();
            var output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(line + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(line, e);
        }
    }

    @Override
    public void close() {
        namespace.close();
    }
}
