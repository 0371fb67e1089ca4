// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import warren.control.ControlClient;

final class CommandsTest {
    private static final String TOKEN =
            "dGhpcyBpcyBub3QgYSByZWFsIHRva2VuIGJ1dCBhcyBsb25nIGFzIG9uZQ";
    private static final String MEMBERSHIP =
            """
            {"cluster":"c0ffee","network":"10.100.0.0/16","name":"alpha","id":"a1b2c3d4e5f6","address":"fd00::1"}""";

    @TempDir Path directory;
    private FakeAgent agent;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private String stdin = "";

    @BeforeEach
    void startAgent() throws IOException {
        agent = new FakeAgent(directory.resolve("agent.sock"));
    }

    @AfterEach
    void stopAgent() {
        agent.close();
    }

    private int warren(String... words) {
        out.reset();
        err.reset();
        return Commands.run(
                new Console(
                        new ByteArrayInputStream(stdin.getBytes(StandardCharsets.US_ASCII)),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        () -> new ControlClient(directory.resolve("agent.sock"))),
                words);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void withoutAnAgentEveryCommandSaysInOneLineHowToStartIt() {
        agent.close();
        for (String command : new String[] {"status", "peers", "token", "init"}) {
            assertEquals(1, warren(command), command);
            assertEquals("", out(), command);
            assertEquals(1, err().lines().count(), err());
            assertTrue(err().endsWith("start it with: warren agent\n"), err());
        }
    }

    @Test
    void aRefusalIsOneLineOnStderrAndCodeOne() {
        agent.answer(
                "/v1/init",
                409,
                "{\"error\":\"this node is in a cluster\",\"hint\":\"warren leave\"}");
        assertEquals(1, warren("init"));
        assertEquals("", out());
        assertEquals("warren: this node is in a cluster; warren leave\n", err());
    }

    @Test
    void anAnswerThatIsNoJsonIsAFailureWithoutAStackTrace() {
        agent.answer("/v1/status", 200, "<html>");
        assertEquals(1, warren("status"));
        assertEquals(1, err().lines().count(), err());
        assertFalse(err().contains("Exception"), err());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "frobnicate",
                "status --frobnicate",
                "status surplus",
                "status --json=yes",
                "join",
                "attach c",
                "attach c --netns",
                "detach",
                "init --name",
                "demo --nodes 1",
                "demo --nodes many",
                "agent --port 0",
                "help frobnicate"
            })
    void whatCannotBeParsedIsCodeTwoAndOneLine(String line) {
        assertEquals(2, warren(line.split(" ", -1)));
        assertEquals("", out());
        assertEquals(1, err().lines().count(), err());
        assertTrue(agent.requests().isEmpty());
    }

    @Test
    void helpOfEveryCommandIsPrintedToStdout() {
        assertEquals(0, warren("help"));
        List<String> commands =
                out().lines()
                        .filter(line -> line.startsWith("  "))
                        .map(line -> line.strip().replaceFirst(" .*", ""))
                        .filter(command -> !List.of("help", "version").contains(command))
                        .toList();
        assertEquals(14, commands.size());
        for (String command : commands) {
            assertEquals(0, warren(command, "--help"), command);
            assertTrue(out().startsWith("usage: warren " + command), out());
        }
        assertEquals(0, warren());
        assertEquals(0, warren("--version"));
        assertTrue(out().startsWith("warren "), out());
    }

    @Test
    void initSendsItsOptionsAndTellsWhoTheNodeIs() {
        agent.answer("/v1/init", 200, MEMBERSHIP);
        assertEquals(
                0,
                warren(
                        "init",
                        "--name",
                        "alpha",
                        "--network=10.100.0.0/16",
                        "--endpoint",
                        "192.0.2.1"));
        String request = agent.requests().getFirst();
        assertTrue(
                request.endsWith(
                        "{\"name\":\"alpha\",\"network\":\"10.100.0.0/16\",\"endpoints\":[\"192.0.2.1\"]}"),
                request);
        assertEquals(
                """
                node     alpha (a1b2c3d4e5f6)
                cluster  c0ffee
                network  10.100.0.0/16
                address  fd00::1

                To add a node: `warren token` here prints a token, `warren join -` there reads it.
                """,
                out());
    }

    @Test
    void joinReadsTheTokenFromStdin() {
        agent.answer("/v1/join", 200, MEMBERSHIP);
        stdin = "  " + TOKEN + "\n";
        assertEquals(0, warren("join", "-", "--json"));
        assertTrue(agent.requests().getFirst().contains("{\"token\":\"" + TOKEN + "\""));
        assertEquals(MEMBERSHIP + "\n", out());
    }

    @Test
    void joinReadsTheTokenFromAFile() throws IOException {
        agent.answer("/v1/join", 200, MEMBERSHIP);
        Path file = Files.writeString(directory.resolve("token"), TOKEN + "\n");
        assertEquals(0, warren("join", file.toString()));
        assertTrue(agent.requests().getFirst().contains("{\"token\":\"" + TOKEN + "\""));
    }

    @Test
    void joinRefusesATokenOnTheCommandLineAndDoesNotRepeatIt() {
        assertEquals(2, warren("join", TOKEN));
        assertEquals(1, err().lines().count(), err());
        assertTrue(err().contains("warren join -"), err());
        assertFalse(err().contains(TOKEN), err());
        assertEquals(2, warren("join", "-", TOKEN));
        assertFalse(err().contains(TOKEN), err());
        assertTrue(agent.requests().isEmpty());
    }

    @Test
    void joinSaysThatStdinIsEmptyOrTheFileIsNotThere() {
        assertEquals(1, warren("join", "-"));
        assertEquals("warren: no token: stdin is empty\n", err());
        assertEquals(1, warren("join", directory + "/nothing"));
        assertEquals("warren: no such file: " + directory + "/nothing (for stdin give -)\n", err());
        assertTrue(agent.requests().isEmpty());
    }

    @Test
    void joinReadsNoMoreThanATokenCanBe() {
        stdin = "a".repeat(70_000);
        assertEquals(1, warren("join", "-"));
        assertTrue(err().contains("no token"), err());
    }

    @Test
    void outputThatGetsLostIsAFailure() {
        OutputStream full =
                new OutputStream() {
                    @Override
                    public void write(int octet) throws IOException {
                        throw new IOException("No space left on device");
                    }
                };
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        Console console =
                new Console(
                        new ByteArrayInputStream(new byte[0]),
                        new PrintStream(full, false, StandardCharsets.UTF_8),
                        new PrintStream(said, true, StandardCharsets.UTF_8),
                        () -> new ControlClient(directory.resolve("agent.sock")));
        assertEquals(Exit.FAILED, console.finish(Commands.run(console, "version")));
        assertEquals(
                "warren: the output could not be written\n", said.toString(StandardCharsets.UTF_8));
    }

    @Test
    void tokenPrintsTheTokenAlone() {
        agent.answer("/v1/token", 200, "{\"token\":\"" + TOKEN + "\"}");
        assertEquals(0, warren("token"));
        assertEquals(TOKEN + "\n", out());
        assertEquals("", err());
    }

    @Test
    void attachSendsWhatWasAskedAndPrintsWhatWasGiven() {
        String given =
                "{\"name\":\"web\",\"address\":\"10.100.0.3\",\"gateway\":\"169.254.1.1\",\"mtu\":1420}";
        agent.answer("/v1/attach", 200, given);
        assertEquals(
                0,
                warren(
                        "attach",
                        "web",
                        "--netns",
                        "/run/netns/web",
                        "--ip",
                        "10.100.0.3",
                        "--json"));
        assertTrue(
                agent.requests()
                        .getFirst()
                        .endsWith(
                                "{\"name\":\"web\",\"netns\":\"/run/netns/web\",\"address\":\"10.100.0.3\"}"));
        assertEquals(given + "\n", out());
        assertEquals(0, warren("attach", "web", "--netns", "/run/netns/web"));
        assertEquals(
                """
                container  web
                address    10.100.0.3
                gateway    169.254.1.1
                mtu        1420
                """,
                out());
    }

    @Test
    void detachIsSilent() {
        agent.answer("/v1/detach", 200, "{}");
        assertEquals(0, warren("detach", "web"));
        assertEquals("", out());
        assertEquals("", err());
    }

    @Test
    void afterTwoDashesEverythingIsAnOperand() {
        agent.answer("/v1/detach", 200, "{}");
        assertEquals(0, warren("detach", "--", "--json"));
        assertTrue(agent.requests().getFirst().endsWith("{\"name\":\"--json\"}"));
    }
}
