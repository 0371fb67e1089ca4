// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgentConfigTest {
    @Test
    void whereNothingIsSaidTheDefaultsHold() throws IOException {
        AgentConfig config = AgentConfig.load(Path.of("/nonexistent/agent.conf"));
        assertEquals(AgentConfig.standard(), config);
        assertEquals("wg0", config.interfaceName());
        assertEquals(51820, config.tunnelPort());
        assertEquals(51821, config.joinPort());
        assertEquals(Path.of("/run/warren/agent.sock"), config.socket());
    }

    @Test
    void theFileChangesWhatItNames() throws IOException {
        AgentConfig config =
                AgentConfig.parse(
                        "f",
                        List.of(
                                "# comment",
                                "",
                                " interface = warren0 ",
                                "port=5000",
                                "join-port = 5001"));
        assertEquals(
                AgentConfig.standard()
                        .withInterface("warren0")
                        .withTunnelPort(5000)
                        .withJoinPort(5001),
                config);
    }

    @Test
    void allThatIsWrongIsReportedAtOnce() {
        IOException e =
                assertThrows(
                        IOException.class,
                        () ->
                                AgentConfig.parse(
                                        "f",
                                        List.of(
                                                "port = 0",
                                                "port = 65536",
                                                "interface = a/b",
                                                "interface = far-too-long-a-name",
                                                "colour = red",
                                                "nonsense")));
        assertEquals(
                "f: not understood: line 1: port = 0, line 2: port = 65536, line 3: interface = a/b,"
                        + " line 4: interface = far-too-long-a-name, line 5: colour = red,"
                        + " line 6: nonsense",
                e.getMessage());
    }
}
