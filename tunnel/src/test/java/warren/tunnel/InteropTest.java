// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Ours on node a, `wireguard-go` on node b. Each test starts without sessions.
@Tag("root")
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InteropTest {
    @TempDir static Path directory;
    private TestPair pair;
    private int iperfPort = 5201;

    @BeforeAll
    void start() throws Exception {
        pair = TestPair.create(directory);
        pair.a.startTunnel(TestPair.TUNNEL);
        pair.b.startWireguardGo(TestPair.TUNNEL);
        pair.configure(4);
    }

    @AfterAll
    void stop() throws Exception {
        String log = pair.a.log("wtn0.log");
        pair.close();
        assertFalse(log.contains("Exception"), log);
    }

    @ParameterizedTest
    @CsvSource({"4,10.9.0", "4,fd09:", "6,10.9.0", "6,fd09:"})
    void eitherSideOpensTheConversation(int underlay, String inner) throws Exception {
        String dot = inner.endsWith(":") ? ":" : ".";
        forgetSessions(underlay);
        ping(pair.a, inner + dot + 2);
        forgetSessions(underlay);
        ping(pair.b, inner + dot + 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1280, 1420, 9000})
    void streamsOfAnyInnerMtuArriveWhole(int mtu) throws Exception {
        forgetSessions(4);
        pair.mtu(mtu);
        try {
            int largest = mtu - 28;
            pair.a.run("ping -c 2 -i 0.2 -W 5 -M do -s " + largest + " 10.9.0.2");
            pair.b.run("ping -c 2 -i 0.2 -W 5 -M do -s " + (mtu - 48) + " fd09::1");
            iperf("-c 10.9.0.2 -n 8M");
            iperf("-c fd09::2 -n 8M -R");
        } finally {
            pair.mtu(1420);
        }
    }

    @Test
    void anInnerMtuBeyondTheUnderlaysIsCarriedInFragments() throws Exception {
        forgetSessions(4);
        pair.mtu(9000);
        pair.a.run("ip link set wtnu mtu 1500");
        pair.b.run("ip link set wtnu mtu 1500");
        try {
            pair.a.run("ping -c 2 -i 0.2 -W 5 -M do -s 8972 10.9.0.2");
        } finally {
            pair.a.run("ip link set wtnu mtu 9200");
            pair.b.run("ip link set wtnu mtu 9200");
            pair.mtu(1420);
        }
    }

    @Test
    void datagramsArriveInBothDirections() throws Exception {
        forgetSessions(6);
        for (String options : new String[] {"10.9.0.2", "fd09::2 -R"}) {
            String report = iperf("-u -b 10M -w 1M -t 1 -c " + options);
            assertTrue(lossPercent(report) < 20, report); // a busy machine drops some
        }
    }

    @Test
    void fiftyParallelStreamsGetThrough() throws Exception {
        forgetSessions(4);
        iperf("-c 10.9.0.2 -P 50 -n 20M");
    }

    /// A server for each run: one that serves several opens its port anew after each, and refuses
    /// or resets who comes in between.
    private String iperf(String options) throws Exception {
        int port = iperfPort++;
        pair.b.start("iperf" + port + ".log", "iperf3", "-s", "-1", "-p", Integer.toString(port));
        String[] isListening = {"sh", "-c", "ss -ltnH | grep -q :" + port};
        TestNode.await("iperf3 to listen", () -> pair.b.succeeds(isListening));
        return pair.a.run("iperf3 -p " + port + " " + options);
    }

    @Test
    void aWrongPresharedKeyKeepsThePeerOutUntilItIsRight() throws Exception {
        Path psk = pair.a.file("psk", pair.a.run("wg genpsk"));
        forgetSessions(4);
        pair.a.run("wg set wtn0 peer " + pair.publicB + " preshared-key " + psk);
        assertFalse(pair.a.succeeds("ping", "-c", "1", "-W", "1", "10.9.0.2"));
        pair.b.run("wg set wtn0 peer " + pair.publicA + " preshared-key " + psk);
        TestNode.await(
                "a handshake under the preshared key",
                Duration.ofMinutes(1),
                () -> pair.a.succeeds("ping", "-c", "1", "-W", "1", "10.9.0.2"));
    }

    @Test
    void aPeerWithAnotherKeyIsNotHeard() throws Exception {
        forgetSessions(4);
        pair.a.run("wg set wtn0 peer " + pair.publicB + " remove");
        assertFalse(pair.b.succeeds("ping", "-c", "1", "-W", "1", "10.9.0.1"));
        String stranger = pair.a.run("sh", "-c", "wg genkey | wg pubkey").strip();
        TestPair.peer(pair.a, stranger, TestPair.endpoint(4, 2), "10.9.0.2/32");
        assertFalse(pair.a.succeeds("ping", "-c", "1", "-W", "1", "10.9.0.2"));
        pair.a.run("wg set wtn0 peer " + stranger + " remove");
    }

    @Test
    void aPeerThatMovesIsFollowed() throws Exception {
        forgetSessions(4);
        ping(pair.b, "10.9.0.1");
        pair.b.run("ip addr del 192.0.2.2/24 dev wtnu");
        pair.b.run("ip addr add 192.0.2.77/24 dev wtnu");
        // This wireguard-go clings to the source address that is gone until it gets an endpoint.
        pair.b.run("wg set wtn0 peer " + pair.publicA + " endpoint 192.0.2.1:51820");
        try {
            ping(pair.b, "10.9.0.1");
            assertEquals("192.0.2.77:51820", endpointOf(pair.a));
            pair.b.run("wg set wtn0 listen-port 51999");
            ping(pair.b, "10.9.0.1");
            assertEquals("192.0.2.77:51999", endpointOf(pair.a));
            ping(pair.a, "10.9.0.2");
        } finally {
            pair.b.run("wg set wtn0 listen-port 51820");
            pair.b.run("ip addr flush dev wtnu");
            pair.b.run("ip addr add 192.0.2.2/24 dev wtnu");
            pair.b.run("ip addr add 2001:db8::2/64 dev wtnu nodad");
        }
    }

    @Test
    void weMoveAndAreFollowed() throws Exception {
        forgetSessions(4);
        ping(pair.a, "10.9.0.2");
        pair.a.run("ip addr del 192.0.2.1/24 dev wtnu");
        pair.a.run("ip addr add 192.0.2.88/24 dev wtnu");
        try {
            ping(pair.a, "10.9.0.2");
            assertEquals("192.0.2.88:51820", endpointOf(pair.b));
        } finally {
            pair.a.run("ip addr flush dev wtnu");
            pair.a.run("ip addr add 192.0.2.1/24 dev wtnu");
            pair.a.run("ip addr add 2001:db8::1/64 dev wtnu nodad");
        }
    }

    @Test
    void aPeerThatLostItsSessionIsHeardAgainAtOnce() throws Exception {
        forgetSessions(4);
        Process ping = pair.a.start("rekey.log", "ping", "-c", "120", "-i", "0.05", "10.9.0.2");
        Thread.sleep(500); // somewhere in the middle of the stream
        restartPeer();
        assertEquals(0, ping.waitFor());
        String report = pair.a.log("rekey.log");
        Matcher received = Pattern.compile("(\\d+) received").matcher(report);
        assertTrue(received.find() && Integer.parseInt(received.group(1)) >= 25, report);
    }

    @Test
    void aFirewallThatRefusesOurDatagramsIsSurvived() throws Exception {
        forgetSessions(4);
        ping(pair.a, "10.9.0.2");
        pair.a.run("nft add table inet wtn");
        pair.a.run("nft add chain inet wtn out { type filter hook output priority 0 ; }");
        pair.a.run("nft add rule inet wtn out udp dport 51820 drop");
        assertFalse(pair.a.succeeds("ping", "-c", "3", "-i", "0.2", "-W", "1", "10.9.0.2"));
        pair.a.run("nft delete table inet wtn");
        ping(pair.a, "10.9.0.2");
        assertTrue(
                pair.a.log("wtn0.log").contains("Datagrams were not sent: reason=EPERM"),
                pair.a.log("wtn0.log"));
    }

    @Test
    void aPeerIsHeardWhileStrangersFloodUs() throws Exception {
        pair.a.run("wg set wtn0 peer " + pair.publicB + " remove");
        long before = receivedDatagrams();
        Process flood =
                pair.b.start(
                        "flood.log",
                        TestNode.java(DatagramFlood.class, "192.0.2.1", "51820", "10000000", "1"));
        try {
            TestNode.await("the flood to arrive", () -> receivedDatagrams() > before + 2_000);
            forgetSessions(4);
            TestNode.await(
                    "a handshake through the flood",
                    () -> pair.b.succeeds("ping", "-c", "1", "-W", "1", "10.9.0.1"));
            String log = pair.b.log("wtn0.log");
            assertTrue(log.contains("cookie response"), log);
        } finally {
            pair.b.run("pkill -f DatagramFlood");
            flood.waitFor();
        }
    }

    @Test
    void datagramsCarryTheFirewallMark() throws Exception {
        forgetSessions(4);
        ping(pair.a, "10.9.0.2");
        pair.a.run("nft add table inet wtnm");
        pair.a.run("nft add chain inet wtnm out { type filter hook output priority 0 ; }");
        pair.a.run("nft add rule inet wtnm out meta mark 0x77 udp dport 51820 drop");
        ping(pair.a, "10.9.0.2");
        pair.a.run("wg set wtn0 fwmark 0x77");
        assertFalse(pair.a.succeeds("ping", "-c", "2", "-i", "0.2", "-W", "1", "10.9.0.2"));
        pair.a.run("wg set wtn0 fwmark off");
        ping(pair.a, "10.9.0.2");
        pair.a.run("nft delete table inet wtnm");
    }

    /// The other side forgets its session and begins a new handshake with its next packet.
    private void restartPeer() throws Exception {
        pair.b.run("wg set wtn0 peer " + pair.publicA + " remove");
        TestPair.peer(pair.b, pair.publicA, TestPair.endpoint(4, 1), "10.9.0.1/32,fd09::1/128");
        pair.b.run("ping -c 1 -W 5 10.9.0.1");
    }

    private void forgetSessions(int underlay) throws Exception {
        pair.a.attempt("wg", "set", "wtn0", "peer", pair.publicB, "remove");
        pair.b.attempt("wg", "set", "wtn0", "peer", pair.publicA, "remove");
        TestPair.peer(
                pair.a, pair.publicB, TestPair.endpoint(underlay, 2), "10.9.0.2/32,fd09::2/128");
        TestPair.peer(
                pair.b, pair.publicA, TestPair.endpoint(underlay, 1), "10.9.0.1/32,fd09::1/128");
    }

    private long receivedDatagrams() {
        try {
            String line = pair.a.run("nstat -asz UdpInDatagrams").replaceAll("(?s).*UdpIn\\w+", "");
            return Long.parseLong(line.strip().replaceFirst("\\s.*", ""));
        } catch (Exception e) {
            throw new IllegalStateException("nstat", e);
        }
    }

    private static void ping(TestNode node, String to) throws Exception {
        node.run("ping -c 3 -i 0.2 -W 5 " + to);
    }

    private static String endpointOf(TestNode node) throws Exception {
        return node.run("wg show wtn0 endpoints").strip().replaceFirst(".*\t", "");
    }

    private static double lossPercent(String report) {
        Matcher matcher = Pattern.compile("\\(([0-9.e+-]+)%\\)\\s+receiver").matcher(report);
        assertTrue(matcher.find(), report);
        return Double.parseDouble(matcher.group(1));
    }
}
