// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What our tunnel says of itself and bears, against what is really on the wire.
@Tag("root")
@Timeout(120)
class WireTest {
    private static final int HOSTILE_DATAGRAMS = 20_000;

    @TempDir Path directory;
    private TestPair pair;
    private Path pcap;
    private Process tcpdump;

    @BeforeEach
    void start() throws Exception {
        pair = TestPair.create(directory);
        pair.a.startTunnel(TestPair.TUNNEL);
        pcap = Files.createDirectories(directory.resolve("capture")).resolve("wire.pcap");
        tcpdump =
                pair.a.start(
                        "tcpdump.log",
                        "tcpdump --immediate-mode -i wtnu -U -Z root -w %s udp port 51820"
                                .formatted(pcap)
                                .split(" "));
        TestNode.await(
                "tcpdump to listen", () -> pair.a.log("tcpdump.log").contains("listening on"));
    }

    @AfterEach
    void stop() {
        pair.close();
    }

    @Test
    void theFiguresOfWgShowAreTheBytesOnTheWire() throws Exception {
        pair.b.startTunnel(TestPair.TUNNEL);
        pair.configure(4);
        pair.a.run("ping -c 5 -i 0.1 -W 5 -s 1000 10.9.0.2");
        pair.b.run("ping -c 3 -i 0.1 -W 5 -s 1 10.9.0.1");
        Capture capture = captured();
        long fromA = capture.payloadBytesFrom("192.0.2.1");
        long fromB = capture.payloadBytesFrom("192.0.2.2");
        assertEquals(List.of(fromB, fromA), transfer(pair.a));
        assertEquals(List.of(fromA, fromB), transfer(pair.b));
        long now = System.currentTimeMillis() / 1000;
        long handshake = Long.parseLong(lastField(pair.a.run("wg show wtn0 latest-handshakes")));
        assertTrue(Math.abs(now - handshake) < 60, "handshake at " + handshake + " of " + now);
    }

    @Test
    void nothingOfTheInnerPacketsIsReadableOutside() throws Exception {
        pair.b.startTunnel(TestPair.TUNNEL);
        pair.configure(4);
        pair.a.run("ping -c 5 -i 0.1 -W 5 -p 5741524e 10.9.0.2");
        byte[] pattern = {0x57, 0x41, 0x52, 0x4e, 0x57, 0x41, 0x52, 0x4e};
        for (Capture.Datagram datagram : captured().datagrams()) {
            byte[] bytes = datagram.payload();
            for (int i = 0; i + pattern.length <= bytes.length; i++) {
                assertFalse(
                        Arrays.equals(pattern, Arrays.copyOfRange(bytes, i, i + pattern.length)));
            }
        }
    }

    @Test
    void hostileDatagramsChangeNothing() throws Exception {
        long seed = new Random().nextLong();
        Process other = pair.b.startTunnel(TestPair.TUNNEL);
        pair.configure(4);
        pair.a.run("ping -c 5 -i 0.1 -W 5 10.9.0.2");
        pair.b.run("ping -c 5 -i 0.1 -W 5 10.9.0.1");
        pair.b.run("ip link del wtn0");
        other.waitFor();
        captured();
        List<String> before = steadyState();
        pair.b.run(
                TestNode.java(
                        DatagramFlood.class,
                        "192.0.2.1",
                        "51820",
                        "" + HOSTILE_DATAGRAMS,
                        "" + seed,
                        pcap.toString()));
        assertEquals(before, steadyState(), "seed " + seed);
        String log = pair.a.log("wtn0.log");
        assertFalse(log.contains("Exception") || log.contains("ERROR"), "seed " + seed + log);
        assertTrue(log.lines().count() < 50, log);
        pair.b.startTunnel(TestPair.TUNNEL);
        pair.configure(4);
        pair.b.run("ping -c 3 -i 0.2 -W 10 10.9.0.1");
    }

    /// What no stranger may change: all of `wg show dump` but what we sent, which keepalives and
    /// cookie replies of our own add to.
    private List<String> steadyState() throws Exception {
        return pair.a
                .run("wg show wtn0 dump")
                .lines()
                .map(line -> line.replaceFirst("\t\\d+\t(off|\\d+)$", ""))
                .toList();
    }

    private Capture captured() throws Exception {
        pair.a.run("pkill -INT tcpdump"); // which makes it write what it has
        tcpdump.waitFor();
        return Capture.read(pcap);
    }

    private static List<Long> transfer(TestNode node) throws Exception {
        String[] fields = node.run("wg show wtn0 transfer").strip().split("\t", -1);
        return List.of(Long.parseLong(fields[1]), Long.parseLong(fields[2]));
    }

    private static String lastField(String line) {
        return line.strip().replaceFirst(".*\t", "");
    }
}
