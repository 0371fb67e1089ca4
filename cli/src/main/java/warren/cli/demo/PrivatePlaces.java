// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The four places that make a node: each gets its own file system in a node's mount namespace.
/// They must exist to be mounted over, so those that do not are made, and removed at the end unless
/// some other node on this machine stands on them by then.
final class PrivatePlaces {
    static final List<Path> ALL =
            List.of(
                    Path.of("/var/lib/warren"),
                    Path.of("/run/warren"),
                    Path.of("/run/wireguard"),
                    Path.of("/etc/warren"));

    private PrivatePlaces() {}

    static void prepare(Cleanup cleanup) throws IOException {
        List<Path> made = new ArrayList<>();
        cleanup.later(() -> removeUnused(made));
        for (Path place : ALL) {
            if (!Files.exists(place)) {
                Files.createDirectories(place);
                made.add(place);
            }
        }
    }

    /// Removing a directory would tear down what another mount namespace has mounted on it.
    private static void removeUnused(List<Path> made) throws IOException {
        for (Path place : made) {
            if (!isMountedAnywhere(place) && isEmpty(place)) {
                Files.deleteIfExists(place);
            }
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            return !children.iterator().hasNext();
        }
    }

    private static boolean isMountedAnywhere(Path place) throws IOException {
        try (DirectoryStream<Path> processes =
                Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (mounts(process).contains(" " + place + " ")) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String mounts(Path process) {
        try {
            return Files.readString(process.resolve("mountinfo"));
        } catch (IOException _) {
            return ""; // the process has ended
        }
    }
}
