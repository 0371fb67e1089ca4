// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Where this machine gets Debian from, as its own apt configuration says.
///
/// @param address of the archive
/// @param keyring that signs it; empty where the configuration names none
record AptMirror(String address, Optional<String> keyring) {
    private static final Path CONFIGURATION = Path.of("/etc/apt");
    private static final String ARCHIVE = "/debian";

    /// The first source that is the Debian archive; empty where there is none, as on Ubuntu.
    static Optional<AptMirror> ofThisMachine() throws BenchmarkException {
        List<Path> files = new ArrayList<>(List.of(CONFIGURATION.resolve("sources.list")));
        try (DirectoryStream<Path> more =
                Files.newDirectoryStream(
                        CONFIGURATION.resolve("sources.list.d"), "*.{list,sources}")) {
            more.forEach(files::add);
            files.sort(null);
            for (Path file : files) {
                Optional<AptMirror> mirror =
                        Files.isReadable(file)
                                ? parse(file.toString(), Files.readString(file))
                                : Optional.empty();
                if (mirror.isPresent()) {
                    return mirror;
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new BenchmarkException("reading apt's sources: " + e.getMessage(), e);
        }
    }

    /// @param name its ending says which of the two formats of sources.list(5) the text is in
    static Optional<AptMirror> parse(String name, String text) {
        return name.endsWith(".sources") ? stanzas(text) : lines(text);
    }

    private static Optional<AptMirror> lines(String text) {
        for (String line : text.lines().map(String::strip).toList()) {
            if (!line.startsWith("deb ") && !line.startsWith("deb\t")) {
                continue;
            }
            String rest = line.substring(3).strip();
            Optional<String> keyring = Optional.empty();
            if (rest.startsWith("[") && rest.indexOf(']') > 0) {
                String settings = rest.substring(1, rest.indexOf(']'));
                keyring =
                        List.of(settings.strip().split("\\s+", -1)).stream()
                                .filter(setting -> setting.startsWith("signed-by=/"))
                                .map(setting -> setting.substring("signed-by=".length()))
                                .findFirst();
                rest = rest.substring(rest.indexOf(']') + 1).strip();
            }
            String address = rest.split("\\s+", 2)[0];
            if (isArchive(address)) {
                return Optional.of(new AptMirror(address, keyring));
            }
        }
        return Optional.empty();
    }

    private static Optional<AptMirror> stanzas(String text) {
        Map<String, String> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line : (text + "\n\n").lines().toList()) {
            if (line.isBlank()) {
                Optional<AptMirror> mirror = stanza(fields);
                if (mirror.isPresent()) {
                    return mirror;
                }
                fields.clear();
            } else if (!line.startsWith("#") && !line.startsWith(" ") && line.contains(":")) {
                int colon = line.indexOf(':');
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        }
        return stanza(fields);
    }

    private static Optional<AptMirror> stanza(Map<String, String> fields) {
        Optional<String> keyring =
                Optional.ofNullable(fields.get("Signed-By")).filter(value -> value.startsWith("/"));
        return List.of(fields.getOrDefault("URIs", "").split("\\s+", -1)).stream()
                .filter(AptMirror::isArchive)
                .findFirst()
                .map(address -> new AptMirror(address, keyring));
    }

    private static boolean isArchive(String address) {
        String bare = address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
        return bare.contains("://") && bare.endsWith(ARCHIVE);
    }
}
