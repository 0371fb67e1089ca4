// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OffloadsTest {
    private static final String ALL = "tso,uso,gso,gro,coalesce";

    @TempDir Path directory;

    @Test
    void theWishIsReadStrictly() {
        assertEquals(Offloads.ALL, Offloads.wanted(null));
        assertEquals(Offloads.ALL, Offloads.wanted(ALL));
        assertEquals("none", Offloads.wanted("none").toString());
        assertEquals("tso,gro", Offloads.wanted("gro,tso").toString());
        for (String wrong : new String[] {"", "all", "tso,", "none,tso", "TSO"}) {
            assertThrows(IllegalArgumentException.class, () -> Offloads.wanted(wrong), wrong);
        }
    }

    /// Against `wireguard-go`, which has none of them.
    @ParameterizedTest
    @ValueSource(strings = {"none", "tso,uso", "gso", "gro", "coalesce", ALL})
    @Tag("root")
    @Timeout(120)
    void streamsArriveWholeWith(String offloads) throws Exception {
        try (TestPair pair = TestPair.create(directory)) {
            pair.a.startTunnel(TestPair.TUNNEL, Offloads.VARIABLE + "=" + offloads);
            pair.b.startWireguardGo(TestPair.TUNNEL);
            pair.configure(4);
            carry(pair);
            String log = pair.a.log("wtn0.log");
            assertTrue(log.contains("offloads=" + offloads + " "), log);
        }
    }

    /// The vector code takes over minutes later: [ConformanceTest] has it from the first packet on.
    static List<String> backends() {
        return Backends.names().stream().filter(name -> !name.equals("vector")).toList();
    }

    @ParameterizedTest
    @MethodSource("backends")
    @Tag("root")
    @Timeout(120)
    void streamsArriveWholeWithTheBackend(String backend) throws Exception {
        try (TestPair pair = TestPair.create(directory)) {
            pair.a.startTunnel(TestPair.TUNNEL, AeadChoice.VARIABLE + "=" + backend);
            pair.b.startWireguardGo(TestPair.TUNNEL);
            pair.configure(6);
            carry(pair);
            String log = pair.a.log("wtn0.log");
            assertTrue(log.contains("aead=" + backend + " "), log);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1280, 1420, 9000})
    @Tag("root")
    @Timeout(120)
    void twoOfOursUnderstandEachOther(int mtu) throws Exception {
        try (TestPair pair = TestPair.create(directory)) {
            pair.a.startTunnel(TestPair.TUNNEL, Queues.VARIABLE + "=shared");
            pair.b.startTunnel(TestPair.TUNNEL, Queues.VARIABLE + "=1");
            pair.configure(6);
            pair.mtu(mtu);
            carry(pair);
        }
    }

    @Test
    @Tag("root")
    @Timeout(120)
    void anUnderlayNarrowerThanTheTunnelCarriesStreamsInFragments() throws Exception {
        try (TestPair pair = TestPair.create(directory)) {
            pair.a.startTunnel(TestPair.TUNNEL);
            pair.b.startTunnel(TestPair.TUNNEL);
            pair.configure(4);
            pair.mtu(4000);
            pair.a.run("ip link set wtnu mtu 1500");
            pair.b.run("ip link set wtnu mtu 1500");
            carry(pair);
        }
    }

    private static void carry(TestPair pair) throws Exception {
        pair.a.run("ping -c 2 -i 0.2 -W 5 10.9.0.2");
        iperf(pair, 5201, "-c 10.9.0.2 -n 16M");
        iperf(pair, 5202, "-c fd09::2 -n 16M -R -P 3");
        iperf(pair, 5203, "-u -b 20M -n 1M -c 10.9.0.2");
        iperf(pair, 5204, "-u -b 20M -l 100 -n 100K -c fd09::2 -R");
        for (String log : new String[] {pair.a.log("wtn0.log"), pair.b.log("wtn0.log")}) {
            assertFalse(log.contains("Exception"), log);
        }
    }

    /// A server for each run: one that serves several opens its port anew after each, and refuses
    /// or resets who comes in between.
    private static void iperf(TestPair pair, int port, String options) throws Exception {
        pair.b.start("iperf" + port + ".log", "iperf3", "-s", "-1", "-p", Integer.toString(port));
        String[] isListening = {"sh", "-c", "ss -ltnH | grep -q :" + port};
        TestNode.await("iperf3 to listen", () -> pair.b.succeeds(isListening));
        pair.a.run("iperf3 -p " + port + " " + options);
    }
}
