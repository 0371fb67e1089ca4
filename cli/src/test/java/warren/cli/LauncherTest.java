// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import warren.tunnel.TunnelJvm;

/// The installed launcher against JDKs made of a shell script that prints how it was called.
final class LauncherTest {
    private static final Path PACKAGING = Path.of("..", "packaging");

    @TempDir Path directory;
    private Path launcher;

    @BeforeEach
    void install() throws IOException {
        Path dist = Files.createDirectories(directory.resolve("dist with blanks"));
        Files.createDirectories(dist.resolve("lib"));
        Files.createDirectories(dist.resolve("bin"));
        Files.copy(PACKAGING.resolve("jdk.sh"), dist.resolve("lib/jdk.sh"));
        launcher =
                Files.copy(
                        PACKAGING.resolve("warren"),
                        dist.resolve("bin/warren"),
                        StandardCopyOption.COPY_ATTRIBUTES);
    }

    private Path jdk(String name, String version) throws IOException {
        Path home = Files.createDirectories(directory.resolve(name));
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(
                java, "#!/bin/sh\nprintf '%s\\n' \"$0\" \"$@\"\nenv | grep ^WARREN_LAUNCHER=\n");
        assertTrue(java.toFile().setExecutable(true));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private record Result(int code, List<String> out, List<String> err) {}

    private Result run(Path program, Map<String, String> environment, String... words)
            throws IOException, InterruptedException {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(program.toString());
        builder.command().addAll(Arrays.asList(words));
        builder.environment().keySet().removeIf(name -> name.startsWith("WARREN"));
        builder.environment().putAll(environment);
        Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        return new Result(
                process.exitValue(),
                Files.readAllLines(out, StandardCharsets.UTF_8),
                Files.readAllLines(err, StandardCharsets.UTF_8));
    }

    @Test
    void theRightJdkIsTakenAndWordsArriveUnchanged() throws Exception {
        Path wanted = jdk("right", "25.0.3");
        Path old = jdk("old", "17.0.1");
        Result result =
                run(
                        launcher,
                        Map.of("WARREN_JAVA_HOME", old.toString(), "JAVA_HOME", wanted.toString()),
                        "attach",
                        "two words",
                        "*",
                        "");
        assertEquals(0, result.code());
        assertEquals(wanted.resolve("bin/java").toString(), result.out().getFirst());
        int main = result.out().indexOf("warren.cli/warren.cli.Main");
        assertEquals(
                List.of("attach", "two words", "*", "", "WARREN_LAUNCHER=" + launcher.toRealPath()),
                result.out().subList(main + 1, result.out().size()));
        assertTrue(result.out().contains("--enable-native-access=warren.linux"));
    }

    @Test
    void itWorksThroughASymbolicLink() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("link"), launcher);
        Result result = run(link, Map.of("WARREN_JAVA_HOME", jdk("j", "25").toString()), "status");
        assertEquals(0, result.code());
        assertTrue(result.out().contains("WARREN_LAUNCHER=" + launcher.toRealPath()));
    }

    @Test
    void aCacheIsNamedOnlyWhereThereIsOne() throws Exception {
        Map<String, String> environment = Map.of("WARREN_JAVA_HOME", jdk("j", "25.0.1").toString());
        assertFalse(run(launcher, environment, "status").out().toString().contains("AOTCache"));
        Path cache = Files.createFile(launcher.resolveSibling("../warren.aot").normalize());
        assertTrue(
                run(launcher, environment, "status")
                        .out()
                        .contains("-XX:AOTCache=" + cache.toRealPath()));
    }

    @Test
    void theTunnelGetsTheFlagsItAsksForAndItsSecondCompiler() throws Exception {
        Map<String, String> environment = Map.of("WARREN_JAVA_HOME", jdk("j", "25.0.1").toString());
        List<String> flags = run(launcher, environment, "wireguard", "wg0").out();
        assertTrue(flags.containsAll(TunnelJvm.FLAGS), flags.toString());
        assertFalse(flags.contains("-XX:TieredStopAtLevel=1"), flags.toString());
        assertTrue(run(launcher, environment, "status").out().contains("-XX:TieredStopAtLevel=1"));
    }

    @Test
    void theTunnelStartsWithoutTheOtherModulesAndWithACacheOfItsOwn() throws Exception {
        Map<String, String> environment = Map.of("WARREN_JAVA_HOME", jdk("j", "25.0.1").toString());
        Files.createFile(launcher.resolveSibling("../warren.aot").normalize());
        Path cache = Files.createFile(launcher.resolveSibling("../wireguard.aot").normalize());
        List<String> words = run(launcher, environment, "wireguard", "-f", "wg0").out();
        assertTrue(words.contains("-XX:AOTCache=" + cache.toRealPath()), words.toString());
        int main = words.indexOf("warren.tunnel/warren.tunnel.WireguardMain");
        assertEquals(List.of("-f", "wg0"), words.subList(main + 1, main + 3));
        List<String> help = run(launcher, environment, "wireguard", "--help").out();
        int cli = help.indexOf("warren.cli/warren.cli.Main");
        assertEquals(List.of("wireguard", "--help"), help.subList(cli + 1, cli + 3));
    }

    @Test
    void theVectorCodeOfTheTunnelGetsItsModuleAndNoCache() throws Exception {
        Map<String, String> environment =
                Map.of("WARREN_JAVA_HOME", jdk("j", "25.0.1").toString(), "WARREN_AEAD", "vector");
        Files.createFile(launcher.resolveSibling("../wireguard.aot").normalize());
        String tunnel = run(launcher, environment, "wireguard", "wg0").out().toString();
        assertTrue(tunnel.contains("--add-modules, jdk.incubator.vector"), tunnel);
        assertFalse(tunnel.contains("AOTCache"), tunnel);
        String status = run(launcher, environment, "status").out().toString();
        assertFalse(status.contains("incubator"), status);
    }

    @Test
    void versionsAreReadExactly() throws Exception {
        for (String version : List.of("25", "25.0.3", "25-ea", "25+36")) {
            assertEquals(0, isJdk25(jdk("v" + version, version)), version);
        }
        for (String version : List.of("17.0.1", "2.5", "250", "1.25", "26")) {
            assertEquals(1, isJdk25(jdk("v" + version, version)), version);
        }
        assertEquals(1, isJdk25(directory.resolve("nowhere")));
    }

    private int isJdk25(Path home) throws IOException, InterruptedException {
        Path script = directory.resolve("check");
        Files.writeString(
                script,
                "#!/bin/sh\n. '"
                        + PACKAGING.toRealPath().resolve("jdk.sh")
                        + "'\nis_jdk_25 \"$1\" java\n");
        assertTrue(script.toFile().setExecutable(true));
        return run(script, Map.of(), home.toString()).code();
    }

    @Test
    void withoutAJdkItSaysWhatToInstall() throws Exception {
        Path script = directory.resolve("explain");
        Files.writeString(
                script,
                "#!/bin/sh\n. '"
                        + PACKAGING.toRealPath().resolve("jdk.sh")
                        + "'\nexplain_missing_jdk\n");
        assertTrue(script.toFile().setExecutable(true));
        Result result = run(script, Map.of());
        assertEquals(List.of(), result.out());
        assertTrue(result.err().toString().contains("apt-get install openjdk-25-jdk-headless"));
    }
}
