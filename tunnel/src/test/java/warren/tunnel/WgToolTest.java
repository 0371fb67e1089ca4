// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Stock `wg` and `wg-quick` against our tunnel, unchanged.
@Tag("root")
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WgToolTest {
    private static final String PEER = "lQ7rX0n3fCkMfvkWJjFS5K6hYv5gWFr5Nf2dOB5Mwm4=";
    private static final String OTHER = "F6cWbkrL0W4qEWJ1kwJwNVtsEoBPyB3lIDfRYDXRExg=";
    private static final String PSK = "4pTCJ4cGTg7uuGRVhoHbyTJZm6xW2RaRnXGpVbNJ3fs=";

    @TempDir static Path directory;
    private TestNode node;

    @BeforeAll
    void start() throws Exception {
        node = TestNode.create(directory);
        node.startTunnel("wtn0");
        node.run("ip link set wtn0 up");
    }

    @AfterAll
    void stop() {
        node.close();
    }

    @BeforeEach
    void clear() throws Exception {
        node.run("wg", "setconf", "wtn0", node.file("empty.conf", "[Interface]\n").toString());
    }

    @Test
    void setAndShowAgreeOnEverything() throws Exception {
        Path key = node.file("private", node.run("wg genkey"));
        Path psk = node.file("psk", PSK + "\n");
        node.run("wg set wtn0 private-key " + key + " listen-port 51820 fwmark 0x1234");
        node.run(
                "wg set wtn0 peer %s preshared-key %s endpoint [2001:db8::5]:4242 persistent-keepalive 25 allowed-ips 10.1.0.0/16,fd00:1::/32"
                        .formatted(PEER, psk));
        assertEquals(node.run("cat " + key), node.run("wg show wtn0 private-key"));
        assertEquals(
                node.run("sh", "-c", "wg pubkey < " + key), node.run("wg show wtn0 public-key"));
        assertEquals("51820\n", node.run("wg show wtn0 listen-port"));
        assertEquals("0x1234\n", node.run("wg show wtn0 fwmark"));
        assertEquals(PEER + "\t" + PSK + "\n", node.run("wg show wtn0 preshared-keys"));
        assertEquals(PEER + "\t[2001:db8::5]:4242\n", node.run("wg show wtn0 endpoints"));
        assertEquals(PEER + "\t25\n", node.run("wg show wtn0 persistent-keepalive"));
        assertEquals(PEER + "\t10.1.0.0/16 fd00:1::/32\n", node.run("wg show wtn0 allowed-ips"));
        assertEquals(PEER + "\t0\n", node.run("wg show wtn0 latest-handshakes"));
        assertEquals("wtn0\n", node.run("wg show interfaces"));
    }

    @Test
    void whatShowconfWritesSetconfReads() throws Exception {
        String config = config(PEER, "10.1.0.0/16") + peerSection(OTHER, "10.2.0.0/16");
        node.run("wg", "setconf", "wtn0", node.file("two.conf", config).toString());
        Set<String> before = lines(node.run("wg showconf wtn0"));
        assertTrue(before.contains("ListenPort = 51820"), before.toString());
        assertTrue(before.contains("AllowedIPs = 10.2.0.0/16"), before.toString());
        Path saved = node.file("saved.conf", node.run("wg showconf wtn0"));
        clear();
        node.run("wg", "setconf", "wtn0", saved.toString());
        assertEquals(before, lines(node.run("wg showconf wtn0")));
    }

    @Test
    void addconfAddsAndSyncconfTakesAwayOnlyWhatIsNotListed() throws Exception {
        node.run("wg", "setconf", "wtn0", node.file("one", config(PEER, "10.1.0.0/16")).toString());
        node.run(
                "wg",
                "addconf",
                "wtn0",
                node.file("more", peerSection(OTHER, "10.2.0.0/16")).toString());
        assertEquals(Set.of(PEER, OTHER), lines(node.run("wg show wtn0 peers")));
        node.run(
                "wg",
                "syncconf",
                "wtn0",
                node.file("sync", config(OTHER, "10.3.0.0/16")).toString());
        assertEquals(Set.of(OTHER), lines(node.run("wg show wtn0 peers")));
        assertEquals(OTHER + "\t10.3.0.0/16\n", node.run("wg show wtn0 allowed-ips"));
    }

    @Test
    void aPrefixMovesToThePeerThatGotItLast() throws Exception {
        node.run("wg set wtn0 peer " + PEER + " allowed-ips 10.1.0.0/16,10.2.0.0/16");
        node.run("wg set wtn0 peer " + OTHER + " allowed-ips 10.1.0.0/16");
        assertEquals(
                Set.of(PEER + "\t10.2.0.0/16", OTHER + "\t10.1.0.0/16"),
                lines(node.run("wg show wtn0 allowed-ips")));
    }

    @Test
    void removeAndOffTakeThingsAway() throws Exception {
        Path psk = node.file("psk", PSK + "\n");
        node.run("wg set wtn0 fwmark 7 peer " + PEER + " preshared-key " + psk);
        node.run("wg set wtn0 fwmark off peer " + PEER + " preshared-key /dev/null");
        assertEquals("off\n", node.run("wg show wtn0 fwmark"));
        assertEquals(PEER + "\t(none)\n", node.run("wg show wtn0 preshared-keys"));
        node.run("wg set wtn0 peer " + PEER + " remove");
        assertEquals("", node.run("wg show wtn0 peers"));
    }

    @Test
    void aPortInUseIsRefusedAndTheOldOneKept() throws Exception {
        node.run("wg set wtn0 listen-port 51830");
        node.startTunnel("wtn1");
        node.run("ip link set wtn1 up");
        TestNode.Result refused = node.attempt("wg", "set", "wtn1", "listen-port", "51830");
        assertEquals(1, refused.code());
        assertTrue(refused.output().contains("Address already in use"), refused.output());
        node.run("ip link del wtn1");
        assertEquals("51830\n", node.run("wg show wtn0 listen-port"));
    }

    @Test
    void whoSetsAPortAgainLearnsThatItIsTaken() throws Exception {
        node.run("ip link set wtn0 up");
        node.run("wg set wtn0 listen-port 51831");
        node.startTunnel("wtn1");
        node.run("wg set wtn1 listen-port 51831"); // nobody knows yet: the interface is down
        node.run("ip link set wtn1 up");
        TestNode.Result refused = node.attempt("wg", "set", "wtn1", "listen-port", "51831");
        assertEquals(1, refused.code());
        assertTrue(refused.output().contains("Address already in use"), refused.output());
        node.run("ip link set wtn1 down");
        node.run("wg set wtn1 listen-port 51831");
        node.run("ip link del wtn1");
    }

    @Test
    void anUnknownPeerIsNotMadeByAnUpdate() throws Exception {
        String request =
                "set=1\npublic_key="
                        + "ab".repeat(32)
                        + "\nupdate_only=true\nendpoint=192.0.2.1:1\n\n";
        try (var connection = SocketChannel.open(UnixDomainSocketAddress.of(node.socket("wtn0")))) {
            connection.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer answer = ByteBuffer.allocate(64);
            assertEquals("errno=0\n\n".length(), connection.read(answer));
        }
        assertEquals("", node.run("wg show wtn0 peers"));
    }

    @Test
    void ourOwnKeyIsNeverAPeer() throws Exception {
        Path key = node.file("private", node.run("wg genkey"));
        String own = node.run("sh", "-c", "wg pubkey < " + key).strip();
        node.run("wg set wtn0 peer " + own + " allowed-ips 10.4.0.0/16");
        node.run("wg set wtn0 private-key " + key);
        assertEquals("", node.run("wg show wtn0 peers"));
        node.run("wg set wtn0 peer " + own + " allowed-ips 10.4.0.0/16");
        assertEquals("", node.run("wg show wtn0 peers"));
    }

    @Test
    void wgQuickTakesOursForItsUserspaceImplementation() throws Exception {
        String command = String.join(" ", TestNode.warren("\"$@\""));
        Path implementation = node.file("warren-wireguard", "#!/bin/sh\nexec " + command + "\n");
        assertTrue(implementation.toFile().setExecutable(true));
        String config =
                config(PEER, "10.55.0.0/16")
                        .replace(
                                "ListenPort = 51820",
                                "ListenPort = 51840\nAddress = 10.54.0.1/24\nMTU = 1380");
        Path file = node.file("wtnq.conf", config);
        String up =
                node.run(
                        "env",
                        "WG_QUICK_USERSPACE_IMPLEMENTATION=" + implementation,
                        "wg-quick",
                        "up",
                        file.toString());
        assertTrue(node.run("wg show wtnq").contains("listening port: 51840"), up);
        assertTrue(node.run("ip route show dev wtnq").contains("10.55.0.0/16"));
        assertTrue(node.run("ip link show wtnq").contains("mtu 1380"));
        node.run("wg-quick", "down", file.toString());
        TestNode.await("the socket to go", () -> !node.hasSocket("wtnq"));
        assertFalse(node.hasLink("wtnq"));
    }

    private String config(String peer, String allowedIps) throws Exception {
        return "[Interface]\nPrivateKey = %sListenPort = 51820\n".formatted(node.run("wg genkey"))
                + peerSection(peer, allowedIps);
    }

    private static String peerSection(String peer, String allowedIps) {
        return "[Peer]\nPublicKey = %s\nPresharedKey = %s\nAllowedIPs = %s\nEndpoint = 192.0.2.9:51820\n"
                .formatted(peer, PSK, allowedIps);
    }

    private static Set<String> lines(String text) {
        return new TreeSet<>(text.strip().lines().toList());
    }
}
