// SPDX-License-Identifier: Apache-2.0
package warren.bench.tunnel;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Programs of Debian's newest suites, unpacked into a cache folder. apt works with lists, state
/// and configuration of its own there: the machine's packages and sources stay as they are.
final class DebianPackages {
    private static final Duration FRESH = Duration.ofDays(7);
    private static final List<String> SUITES = List.of("unstable", "testing", "stable");
    private static final Path KEYRING = Path.of("/usr/share/keyrings/debian-archive-keyring.gpg");

    private final Path cache;
    private final PrintStream err;
    private boolean updated;

    DebianPackages(PrintStream err) {
        this.err = err;
        String folder = System.getenv("XDG_CACHE_HOME");
        this.cache =
                (folder == null || folder.isEmpty()
                                ? Path.of(System.getProperty("user.home"), ".cache")
                                : Path.of(folder))
                        .resolve("warren-bench");
    }

    /// Where the programs of a package are.
    ///
    /// @param folder to be put before a program's name; empty: those of the machine
    record Programs(Optional<Path> folder, String version) {
        String path(String program) {
            return folder.map(path -> path.resolve(program).toString()).orElse(program);
        }
    }

    /// The newest version of a package whose program runs here, from the cache where it is less
    /// than a week old; otherwise, and saying so, the installed one.
    ///
    /// @param versionFlag with which the program says its version and succeeds
    Programs fetch(String name, String versionFlag) throws BenchmarkException {
        Path unpacked = cache.resolve(name);
        try {
            if (!isFresh(unpacked)) {
                download(name, versionFlag, unpacked);
            }
            return new Programs(
                    Optional.of(unpacked.resolve("usr/bin")),
                    Files.readString(unpacked.resolve("version")));
        } catch (BenchmarkException | IOException e) {
            err.println(
                    "%s: not from Debian's newer suites (%s)"
                            .formatted(name, firstLine(String.valueOf(e.getMessage()))));
        }
        if (!Command.isThere(name)) {
            throw new BenchmarkException(name + " is neither to be fetched nor installed");
        }
        err.println(name + ": taking the installed one, which may be old");
        return new Programs(Optional.empty(), "installed");
    }

    private static boolean isFresh(Path unpacked) throws IOException {
        Path version = unpacked.resolve("version");
        return Files.exists(version)
                && Files.getLastModifiedTime(version)
                        .toInstant()
                        .isAfter(Instant.now().minus(FRESH));
    }

    private void download(String name, String versionFlag, Path unpacked)
            throws BenchmarkException, IOException {
        update();
        String tried = "apt offers none";
        for (String version : versions(name)) {
            sh("rm -rf \"$1\" && mkdir -p \"$1\"", unpacked.toString());
            sh(
                    "cd \"$1\" && apt-get -q download \"$2\" && dpkg-deb -x ./*.deb . && rm ./*.deb",
                    unpacked.toString(),
                    name + "=" + version);
            String program = unpacked.resolve("usr/bin").resolve(name).toString();
            Command.Result result = Command.run(List.of(program, versionFlag));
            if (result.exit() == 0) {
                Files.writeString(unpacked.resolve("version"), version);
                return;
            }
            tried = version + " does not run here: " + result.err();
        }
        throw new BenchmarkException(tried);
    }

    /// What the suites offer, newest first.
    private List<String> versions(String name) throws BenchmarkException {
        List<String> versions = new ArrayList<>();
        for (String line : sh("apt-cache madison \"$1\"", name).lines().toList()) {
            String[] columns = line.split("\\|", -1);
            if (columns.length > 2 && !versions.contains(columns[1].strip())) {
                versions.add(columns[1].strip());
            }
        }
        return versions;
    }

    private void update() throws BenchmarkException, IOException {
        if (updated) {
            return;
        }
        AptMirror mirror =
                AptMirror.ofThisMachine()
                        .orElseThrow(
                                () -> new BenchmarkException("apt has no source of Debian here"));
        Path apt = cache.resolve("apt");
        Files.createDirectories(apt.resolve("state/lists/partial"));
        Files.createDirectories(apt.resolve("cache/archives/partial"));
        Files.writeString(apt.resolve("status"), "");
        Files.writeString(apt.resolve("sources.list"), sources(mirror));
        Files.writeString(apt.resolve("first.conf"), settings(apt));
        // Read after the machine's own settings: its hooks are not for these lists.
        Files.writeString(
                apt.resolve("last.conf"),
                """
                #clear APT::Update::Pre-Invoke;
                #clear APT::Update::Post-Invoke;
                #clear APT::Update::Post-Invoke-Success;
                """);
        err.println("fetching the lists of Debian's newer suites into " + apt);
        sh("apt-get -q update");
        updated = true;
    }

    private static String settings(Path apt) {
        return """
               Dir::Etc::main "%1$s/last.conf";
               Dir::Etc::sourcelist "%1$s/sources.list";
               Dir::Etc::sourceparts "/dev/null";
               Dir::Etc::preferences "/dev/null";
               Dir::Etc::preferencesparts "/dev/null";
               Dir::State "%1$s/state";
               Dir::State::status "%1$s/status";
               Dir::Cache "%1$s/cache";
               APT::Sandbox::User "root";
               Acquire::Languages "none";
               """
                .formatted(apt);
    }

    private static String sources(AptMirror mirror) {
        Optional<String> keyring =
                mirror.keyring()
                        .or(
                                () ->
                                        Optional.of(KEYRING)
                                                .filter(Files::isReadable)
                                                .map(Path::toString));
        String option = keyring.map(file -> "[signed-by=" + file + "] ").orElse("");
        StringBuilder lines = new StringBuilder();
        for (String suite : SUITES) {
            lines.append("deb %s%s %s main\n".formatted(option, mirror.address(), suite));
        }
        return lines.toString();
    }

    private String sh(String script, String... arguments) throws BenchmarkException {
        List<String> line = new ArrayList<>(List.of("sh", "-ec", script, "sh"));
        line.addAll(List.of(arguments));
        return Command.run(
                        line,
                        Duration.ofMinutes(5),
                        Map.of("APT_CONFIG", cache.resolve("apt/first.conf").toString()))
                .orFail();
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }
}
