// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a demo leaves that was killed outright: names of namespaces, and its directory. Its
/// processes ended with it. The next demo removes them; their names hold the process they belonged
/// to.
final class Leftovers {
    private static final Pattern NAME = Pattern.compile("warren-demo-([0-9]{1,9})-.*");
    private static final Path NAMESPACES = Path.of("/run/netns");
    private static final Path DIRECTORIES = Path.of(System.getProperty("java.io.tmpdir"));

    private Leftovers() {}

    /// The start of every name that this process's demo gives.
    static String prefix() {
        return "warren-demo-" + ProcessHandle.current().pid() + "-";
    }

    static void remove() throws IOException, InterruptedException {
        if (Files.isDirectory(NAMESPACES)) {
            for (Path netns : orphans(NAMESPACES)) {
                Tool.run(List.of("ip", "netns", "delete", netns.getFileName().toString()));
            }
        }
        for (Path directory : orphans(DIRECTORIES)) {
            removeDirectory(directory);
        }
    }

    static void removeDirectory(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    private static List<Path> orphans(Path parent) throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(parent, "warren-demo-*")) {
            List<Path> orphans = new ArrayList<>();
            for (Path child : children) {
                if (isOrphan(child.getFileName().toString())) {
                    orphans.add(child);
                }
            }
            return orphans;
        }
    }

    static boolean isOrphan(String name) {
        Matcher matcher = NAME.matcher(name);
        return matcher.matches() && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty();
    }
}
