// SPDX-License-Identifier: Apache-2.0
package warren.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import warren.control.ControlClient;

final class SecretCommandsTest {
    private static final String DONE =
            """
            {"epoch":2,"alive":3,"ready":3,"waiting":[{"name":"far","id":"ff","alive":false}],"evicted":[]}""";
    private static final String UNDER_WAY =
            """
            {"epoch":2,"alive":3,"ready":2,"waiting":[{"name":"slow","id":"5","alive":true}],"evicted":[{"name":"bad","id":"bb"}]}""";

    @TempDir Path directory;
    private FakeAgent agent;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void startAgent() throws IOException {
        agent = new FakeAgent(directory.resolve("agent.sock"));
    }

    @AfterEach
    void stopAgent() {
        agent.close();
    }

    @Test
    void aRotationShowsHowManyHaveTheSecretAndEndsWhenAllDo() {
        agent.answer("/v1/secret/rotate", 200, UNDER_WAY);
        agent.answer("/v1/secret", 200, DONE);
        assertEquals(0, warren("secret", "rotate"));
        assertEquals("epoch 2: 3 of 3 nodes have it\n", text(err));
        assertTrue(text(out).contains("when they return  far"), text(out));
    }

    @Test
    void aRotationThatTakesLongerIsLeftToItself() {
        agent.answer("/v1/secret/rotate", 200, UNDER_WAY);
        agent.answer("/v1/secret", 200, UNDER_WAY);
        assertEquals(1, warren("secret", "rotate", "--timeout", "1", "--json"));
        assertEquals(1, text(err).lines().count(), text(err));
        assertTrue(text(err).contains("they go on by themselves"), text(err));
        assertTrue(text(out).contains("\"ready\":2"), text(out));
        assertEquals(0, warren("secret", "rotate", "--timeout", "0"));
    }

    @Test
    void theStatusNamesWhoLacksTheSecretAndWhoIsOut() {
        agent.answer("/v1/secret", 200, UNDER_WAY);
        assertEquals(0, warren("secret", "status"));
        assertTrue(text(out).contains("2 of 3 nodes alive"), text(out));
        assertTrue(text(out).contains("slow"), text(out));
        assertTrue(text(out).contains("bad (bb)"), text(out));
        assertEquals(2, warren("secret", "show"));
    }

    @Test
    void anEvictionSaysWhoCouldNotBeTold() {
        agent.answer("/v1/evict", 200, "{\"name\":\"bad\",\"id\":\"bb\"}");
        agent.answer("/v1/secret", 200, DONE);
        assertEquals(0, warren("evict", "bad"));
        assertTrue(text(out).startsWith("evicted bad (bb)\nnot told yet: far;"), text(out));
        assertTrue(agent.requests().getFirst().contains("{\"node\":\"bad\"}"));
    }

    @Test
    void leavingIsForcedOnlyWhenTold() {
        String left =
                "{\"cluster\":\"c0\",\"network\":\"10.100.0.0/16\",\"name\":\"a\",\"id\":\"aa\",\"address\":\"fd00::1\"}";
        agent.answer("/v1/leave", 200, left);
        assertEquals(0, warren("leave"));
        assertEquals("", text(out));
        assertTrue(agent.requests().getLast().contains("{\"force\":false}"));
        assertEquals(0, warren("leave", "--force"));
        assertTrue(agent.requests().getLast().contains("{\"force\":true}"));
        assertEquals(0, warren("leave", "--json"));
        assertTrue(
                text(out).contains("\"name\":\"a\"") || text(out).contains("\"name\" : \"a\""),
                text(out));
    }

    private int warren(String... words) {
        out.reset();
        err.reset();
        return Commands.run(
                new Console(
                        new ByteArrayInputStream(new byte[0]),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        () -> new ControlClient(directory.resolve("agent.sock"))),
                words);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
