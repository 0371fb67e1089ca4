// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// Known-answer vectors from a resource beside the tests: blocks of `name = hex` lines, separated
/// by blank lines; `#` starts a line that names the source.
final class Vectors {
    private Vectors() {}

    record Vector(Map<String, String> fields) {
        byte[] bytes(String name) {
            String text = fields.get(name);
            if (text == null) {
                throw new AssertionError("the vector has no field " + name + ": " + fields);
            }
            return HexFormat.of().parseHex(text);
        }

        boolean has(String name) {
            return fields.containsKey(name);
        }
    }

    static List<Vector> read(String resource) {
        List<Vector> vectors = new ArrayList<>();
        Map<String, String> block = new HashMap<>();
        for (String line : (text(resource) + "\n\n").split("\n", -1)) {
            if (line.isBlank() && !block.isEmpty()) {
                vectors.add(new Vector(block));
                block = new HashMap<>();
            } else if (!line.isBlank() && !line.startsWith("#")) {
                String[] parts = line.split("=", 2);
                block.put(parts[0].strip(), parts[1].strip());
            }
        }
        if (vectors.isEmpty()) {
            throw new AssertionError(resource + " holds no vectors");
        }
        return vectors;
    }

    private static String text(String resource) {
        try (InputStream in = Vectors.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new AssertionError("no resource " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }
}
