// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How tunnel processes begin, follow their interface, and end.
@Tag("root")
@Timeout(120)
class LifeTest {
    @TempDir Path directory;
    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.create(directory);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void returnsWhenTheInterfaceIsThereAndStays() throws Exception {
        node.run(TestNode.warren("wtn0"));
        assertTrue(node.hasLink("wtn0"));
        assertTrue(node.run("wg show wtn0").contains("interface: wtn0"));
        assertEquals("srw-------", node.run("stat -c %A /run/wireguard/wtn0.sock").strip());
        node.run("ip link del wtn0");
        TestNode.await("the socket to go", () -> !node.hasSocket("wtn0"));
        TestNode.await("the process to go", () -> !node.succeeds("pgrep", "-f", "TunnelMain"));
    }

    @Test
    void endsWhenItsSocketIsRemoved() throws Exception {
        Process tunnel = node.startTunnel("wtn0");
        node.run("rm /run/wireguard/wtn0.sock");
        assertEquals(0, exitCode(tunnel));
        assertFalse(node.hasLink("wtn0"));
    }

    @Test
    void endsWhenItsInterfaceIsDeletedWhileInUse() throws Exception {
        Process tunnel = node.startTunnel("wtn0");
        node.run("ip link set wtn0 up");
        node.run("ip link del wtn0");
        assertEquals(0, exitCode(tunnel));
        assertFalse(node.hasSocket("wtn0"));
        assertFalse(node.log("wtn0.log").contains("Exception"), node.log("wtn0.log"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void endsOnASignal(String signal) throws Exception {
        Process tunnel = node.startTunnel("wtn0");
        node.run("ip link set wtn0 up");
        node.run("pkill -" + signal + " -f TunnelMain");
        assertEquals(0, exitCode(tunnel));
        assertFalse(node.hasLink("wtn0"));
        assertFalse(node.hasSocket("wtn0"));
    }

    @Test
    void takesOverFromAKilledOneAndRefusesBesideALiveOne() throws Exception {
        Process killed = node.startTunnel("wtn0");
        node.run("pkill -KILL -f TunnelMain");
        exitCode(killed);
        assertTrue(node.hasSocket("wtn0"));
        node.startTunnel("wtn0");
        for (String[] again :
                new String[][] {TestNode.warren("wtn0"), TestNode.warren("-f", "wtn0")}) {
            TestNode.Result refused = node.attempt(again);
            assertEquals(WireguardProcess.FAILED, refused.code());
            assertTrue(refused.output().contains("already running"), refused.output());
            assertEquals(1, refused.output().lines().count(), refused.output());
        }
        assertTrue(node.run("wg show wtn0").contains("interface: wtn0"));
    }

    @Test
    void doesNotTakeSomebodyElsesInterface() throws Exception {
        node.run("ip tuntap add wtn0 mode tun");
        TestNode.Result refused = node.attempt(TestNode.warren("wtn0"));
        assertEquals(WireguardProcess.FAILED, refused.code());
        assertTrue(refused.output().contains("EBUSY"), refused.output());
        assertFalse(node.hasSocket("wtn0"));
        assertTrue(node.hasLink("wtn0"));
    }

    @Test
    void closesItsPortWhileTheInterfaceIsDown() throws Exception {
        node.startTunnel("wtn0");
        node.run("wg set wtn0 listen-port 51820");
        assertFalse(listens(51820));
        node.run("ip link set wtn0 up");
        TestNode.await("the port to open", () -> listens(51820));
        node.run("wg set wtn0 listen-port 51821");
        assertTrue(listens(51821));
        assertFalse(listens(51820));
        node.run("ip link set wtn0 down");
        TestNode.await("the port to close", () -> !listens(51821));
        node.run("ip link set wtn0 up");
        TestNode.await("the port to open again", () -> listens(51821));
    }

    @Test
    void keepsHandshakeTimestampsInAPrivateFile() throws Exception {
        node.startTunnel("wtn0");
        Path key = node.file("key", node.run("wg genkey"));
        String peer = node.run("sh", "-c", "wg genkey | wg pubkey").strip();
        node.run("ip link set wtn0 up");
        node.run("wg set wtn0 private-key " + key);
        TestPair.peer(node, peer, "127.0.0.1:9", "10.9.0.2/32");
        node.run("ip addr add 10.9.0.1/24 dev wtn0");
        node.attempt("ping", "-c", "1", "-W", "1", "10.9.0.2");
        TestNode.await(
                "the file", () -> node.succeeds("sh", "-c", "test -s /var/lib/warren/handshake-*"));
        assertEquals(
                "-rw-------",
                node.run("sh", "-c", "stat -c %A /var/lib/warren/handshake-*").strip());
    }

    @Test
    void staysInItsNamespaceWhenTheInterfaceMovesToAnother() throws Exception {
        try (TestPair pair = TestPair.create(directory)) {
            Process ours = pair.a.startTunnel(TestPair.TUNNEL);
            pair.b.startTunnel(TestPair.TUNNEL);
            pair.configure(4);
            pair.a.run("ip netns add wtnin");
            pair.a.run("ip link set wtn0 netns wtnin");
            pair.a.run("ip -n wtnin addr add 10.9.0.1/24 dev wtn0");
            pair.a.run("ip -n wtnin link set wtn0 up");
            pair.a.run("ip netns exec wtnin ping -c 3 -i 0.2 -W 5 10.9.0.2");
            pair.b.run("ping -c 3 -i 0.2 -W 5 10.9.0.1");
            pair.a.run("ip -n wtnin link del wtn0");
            assertEquals(0, exitCode(ours));
            assertFalse(pair.a.hasSocket("wtn0"));
        }
    }

    private boolean listens(int port) {
        return node.succeeds("sh", "-c", "ss -Hlun | grep -q ':" + port + " '");
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), "the process does not end");
        return process.exitValue();
    }
}
