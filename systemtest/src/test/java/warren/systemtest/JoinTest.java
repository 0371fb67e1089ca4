// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Who may join, who may not, and what a stranger on the underlay can do: nothing.
@Tag("root")
final class JoinTest {
    private Lan lan;
    private WarrenNode a;
    private WarrenNode b;

    @BeforeEach
    void plugTwoNodes() {
        lan = new Lan();
        a = new WarrenNode("a", lan, 1);
        b = new WarrenNode("b", lan, 2);
        a.init();
    }

    @AfterEach
    void takeDown() {
        b.close();
        a.close();
        lan.close();
    }

    @Test
    void aWrongSecretGetsOneClearErrorAndLearnsNothing() {
        b.startAgent();
        var refused = b.warrenReading(tokenOfAnotherCluster(), "join", "-");

        assertEquals(1, refused.exit(), refused::toString);
        assertEquals(1, refused.err().lines().count(), refused::toString);
        assertTrue(refused.err().contains("secret"), refused::toString);
        assertEquals("", refused.out());
        assertEquals("uninitialised", b.json("status").path("state").asString());
        assertEquals(0, a.json("peers").size());
        assertFalse(b.log().contains(a.json("status").at("/node/id").asString()), b::log);
    }

    @Test
    void aNodeWhoseRoutesOverlapTheNetworkIsRefusedBeforeTheClusterKnowsIt() {
        b.startAgent();
        b.machine()
                .sh("ip rule add pref 900 lookup 77; ip route add 10.100.7.0/24 dev eth0 table 77");
        String token = a.warren("token").orFail().out();
        var refused = b.warrenReading(token, "join", "-");

        assertEquals(1, refused.exit(), refused::toString);
        assertEquals(1, refused.err().lines().count(), refused::toString);
        assertTrue(
                refused.err()
                        .contains("overlaps this host's route 10.100.7.0/24 dev eth0 table 77"),
                refused::toString);
        assertEquals(0, a.json("peers").size());
        assertFalse(a.log().contains("node joined"), a::log);
        b.machine().sh("ip rule del pref 900; ip route flush table 77");
        b.warrenReading(token, "join", "-").orFail();
        a.awaitAlivePeers(1);
    }

    @Test
    void aDamagedTokenIsNamedAsSuch() {
        b.startAgent();
        String token = a.warren("token").orFail().out().strip();
        String damaged = token.substring(0, token.length() - 3) + "xyz";
        var refused = b.warrenReading(damaged, "join", "-");

        assertEquals(1, refused.exit(), refused::toString);
        assertEquals(1, refused.err().lines().count(), refused::toString);
        assertFalse(refused.err().contains(damaged), "an error repeats the token");
        b.warrenReading(token, "join", "-").orFail();
    }

    @Test
    void aTokenAsArgumentIsRefused() {
        b.startAgent();
        String token = a.warren("token").orFail().out().strip();
        var refused = b.warren("join", token);
        assertEquals(2, refused.exit(), refused::toString);
        assertFalse(refused.err().contains(token), "an error repeats the token");
    }

    @Test
    void aReplayedJoinAchievesNothing() throws IOException {
        Capture capture = new Capture(lan, "tcp dst port 51821");
        b.join(a);
        a.awaitAlivePeers(1);
        byte[] sent =
                TcpStream.payloadTo(51821, capture.stop(pcap -> TcpStream.isClosed(51821, pcap)));
        assertTrue(sent.length > 100, "hardly a join: " + sent.length + " bytes");
        String before = namesAndKeys(a);

        try (Machine stranger = new Machine("stranger")) {
            lan.plug(stranger, 9);
            byte[] answer = exchange(stranger, sent);
            assertTrue(answer.length < 200, "a replay was answered with " + answer.length + " B");
            assertEquals(before, namesAndKeys(a));
            assertFalse(a.log().contains("Exception"), a::log);
        }
    }

    @Test
    void hostileStreamsAndDatagramsChangeNothing() throws IOException {
        b.join(a);
        a.container("ca", "10.100.0.2");
        b.container("cb", "10.100.0.3");
        a.awaitPing("ca", "10.100.0.3");
        String before = namesAndKeys(a);

        try (Machine stranger = new Machine("stranger")) {
            lan.plug(stranger, 9);
            Random random = new Random(20261122);
            for (int i = 0; i < 20; i++) {
                byte[] noise = new byte[1 << random.nextInt(4, 17)];
                random.nextBytes(noise);
                exchange(stranger, noise);
            }
            Path noise = stranger.files().resolve("datagrams");
            Files.write(noise, HostileDatagrams.lengthPrefixed(random, 20_000));
            Command.run(
                            stranger.on(
                                    System.getProperty("java.home") + "/bin/java",
                                    "-XX:TieredStopAtLevel=1",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    "warren.systemtest.HostileDatagrams",
                                    "10.9.0.1",
                                    "51820",
                                    noise.toString()),
                            null)
                    .orFail();
        }
        assertEquals(before, namesAndKeys(a));
        assertEquals(0, a.inContainer("ca", "ping", "-c3", "-i0.2", "-W2", "10.100.0.3").exit());
        assertFalse(a.log().contains("Exception"), a::log);
    }

    private static String namesAndKeys(WarrenNode node) {
        StringBuilder text = new StringBuilder();
        for (var peer : node.json("peers")) {
            text.append(peer.path("name")).append(peer.path("id")).append(peer.path("publicKey"));
            text.append(peer.path("state")).append(peer.path("endpoint")).append('\n');
        }
        return text.toString();
    }

    /// A valid token of a cluster with another secret, whose seed is node a.
    private String tokenOfAnotherCluster() {
        try (Lan elsewhere = new Lan();
                WarrenNode twin = new WarrenNode("twin", elsewhere, 1)) { // the same address as a
            twin.init();
            return twin.warren("token").orFail().out();
        }
    }

    /// Sends `bytes` to a's join port and reads what comes until the end or two seconds of silence.
    private static byte[] exchange(Machine from, byte[] bytes) throws IOException {
        Path request = from.files().resolve("request");
        Path answer = from.files().resolve("answer");
        Files.write(request, bytes);
        from.run(
                "bash",
                "-c",
                "exec 3<>/dev/tcp/10.9.0.1/51821; cat '%s' >&3 2>/dev/null; timeout 2 cat <&3 >'%s' 2>/dev/null; true"
                        .formatted(request, answer));
        return Files.exists(answer) ? Files.readAllBytes(answer) : new byte[0];
    }
}
