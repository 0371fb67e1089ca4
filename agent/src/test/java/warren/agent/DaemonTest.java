// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import warren.agent.store.NodeFiles;
import warren.agent.store.StateDirectory;
import warren.agent.tunnel.FakeTunnel;
import warren.control.InitRequest;
import warren.control.Status;

/// Becoming a node, where the host does not play along. Looks at the host's network and leaves it
/// as it is.
class DaemonTest {
    @TempDir Path directory;

    @Test
    void aNodeThatCannotStartIsNoNodeAfterwardsEither() throws IOException {
        NodeFiles files = new NodeFiles(StateDirectory.open(directory.resolve("state")));
        try (ServerSocket taken = new ServerSocket(0);
                Daemon daemon = new Daemon(config(taken.getLocalPort()), files, new FakeTunnel())) {
            IOException e =
                    assertThrows(
                            IOException.class,
                            () -> daemon.init(new InitRequest("n", "198.18.0.0/16", List.of())));
            assertTrue(String.valueOf(e.getMessage()).contains("cannot listen"), e.getMessage());
            assertEquals(Status.State.UNINITIALISED, daemon.status().state());
            assertNull(files.load());
        }
    }

    private AgentConfig config(int joinPort) {
        return new AgentConfig(
                directory.resolve("state"),
                directory.resolve("run"),
                directory.resolve("tunnel"),
                "wrv0",
                AgentConfig.DEFAULT_TUNNEL_PORT,
                joinPort,
                AgentConfig.DEFAULT_GOSSIP_PORT);
    }
}
