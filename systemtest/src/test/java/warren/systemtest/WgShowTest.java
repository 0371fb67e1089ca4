// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Every figure of `wg show`, of our device under load, against what was configured and what a
/// capture of the wire counts.
@Tag("root")
final class WgShowTest {
    private static final int PCAP_HEADER = 24;
    private static final int RECORD_HEADER = 16;
    private static final int IPV4_PROTOCOL = 14 + 9;
    private static final int UDP_HEADER = 8;

    private Lan lan;
    private Capture capture;
    private Instant before;
    private Machine a;
    private Machine b;
    private String keyA;
    private String keyB;

    @BeforeEach
    void connectTwoDevices() {
        lan = new Lan();
        a = new Machine("a");
        b = new Machine("b");
        lan.plug(a, 1);
        lan.plug(b, 2);
        before = Instant.now();
        capture =
                new Capture(lan, "udp port 51001"); // the keepalive begins with the first handshake
        keyA = device(a, "192.168.77.1/24", 51001);
        keyB = device(b, "192.168.77.2/24", 51002);
        a.sh("wg genpsk > /etc/warren/psk");
        String psk = a.sh("cat /etc/warren/psk").strip();
        b.sh("echo " + psk + " > /etc/warren/psk");
        b.sh(
                "wg set wg0 peer %s preshared-key /etc/warren/psk allowed-ips 192.168.77.1/32"
                        .formatted(keyA));
        a.sh(
                "wg set wg0 peer %s preshared-key /etc/warren/psk endpoint 10.9.0.2:51002 allowed-ips 192.168.77.2/32,fd77::2/128 persistent-keepalive 21"
                        .formatted(keyB));
    }

    @AfterEach
    void takeDown() {
        b.close();
        a.close();
        lan.close();
    }

    @Test
    void everyFigureIsRight() {
        a.sh("ping -c 50 -i 0.02 -s 1000 -W 2 192.168.77.2");
        a.sh("ping -c 7 -i 0.02 -s 33 -W 2 192.168.77.2");
        // A keepalive between two looks makes them differ for a moment.
        Await.until(
                "both and the wire count the same",
                Duration.ofMinutes(1),
                () ->
                        allEqual(counted(a, 2), counted(b, 1), onTheWire(51001))
                                && allEqual(counted(a, 1), counted(b, 2), onTheWire(51002)),
                () ->
                        show(a, "transfer")
                                + "\n"
                                + show(b, "transfer")
                                + "\nwire: "
                                + onTheWire(51001)
                                + " "
                                + onTheWire(51002));

        long handshake = Long.parseLong(show(a, "latest-handshakes").split("\t", -1)[1]);
        assertTrue(
                handshake >= before.getEpochSecond() - 1
                        && handshake <= Instant.now().getEpochSecond(),
                "latest handshake " + handshake);
        assertConfiguration();
    }

    private void assertConfiguration() {
        assertEquals(keyA, a.sh("wg show wg0 public-key").strip());
        assertEquals("51001", a.sh("wg show wg0 listen-port").strip());
        assertEquals("off", a.sh("wg show wg0 fwmark").strip());
        a.sh("wg set wg0 fwmark 0x2a");
        assertEquals("0x2a", a.sh("wg show wg0 fwmark").strip());
        assertEquals(keyB + "\t10.9.0.2:51002", show(a, "endpoints"));
        assertEquals(keyA + "\t10.9.0.1:51001", show(b, "endpoints"), "learnt by roaming");
        assertEquals(keyB + "\t192.168.77.2/32 fd77::2/128", show(a, "allowed-ips"));
        assertEquals(keyB + "\t21", show(a, "persistent-keepalive"));
        assertEquals(keyA + "\toff", show(b, "persistent-keepalive"));
        assertEquals(keyB + "\t" + a.sh("cat /etc/warren/psk").strip(), show(a, "preshared-keys"));
        assertTrue(a.sh("wg show").contains("latest handshake:"), "wg show");
        assertEquals(0, a.run("wg", "showconf", "wg0").exit());
    }

    /// Bytes of `wg show transfer`: column 1 is what was received, 2 what was sent.
    private static long counted(Machine machine, int column) {
        return Long.parseLong(show(machine, "transfer").split("\t", -1)[column]);
    }

    private static boolean allEqual(long sent, long received, long captured) {
        return sent > 0 && sent == received && sent == captured;
    }

    private long onTheWire(int sourcePort) {
        return udpPayload(capture.soFar(), sourcePort);
    }

    private static String show(Machine machine, String what) {
        return machine.sh("wg show wg0 " + what).strip();
    }

    private static String device(Machine machine, String address, int port) {
        machine.sh(
                """
                %s wireguard wg0
                wg genkey > /etc/warren/key
                wg set wg0 private-key /etc/warren/key listen-port %d
                ip addr add %s dev wg0
                ip link set wg0 up
                """
                        .formatted(WarrenNode.launcher(), port, address));
        return machine.sh("wg pubkey < /etc/warren/key").strip();
    }

    /// Sums the UDP payloads of IPv4 datagrams from a port.
    private static long udpPayload(byte[] pcap, int sourcePort) {
        ByteBuffer file = ByteBuffer.wrap(pcap).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer network = ByteBuffer.wrap(pcap);
        long sum = 0;
        for (int at = PCAP_HEADER; at + RECORD_HEADER <= pcap.length; ) {
            int frame = at + RECORD_HEADER;
            int next = frame + file.getInt(at + 8);
            if (next > pcap.length) { // still being written
                break;
            }
            int udp = frame + 14 + (pcap[frame + 14] & 15) * 4;
            if (pcap[frame + IPV4_PROTOCOL] == 17
                    && (network.getShort(udp) & 0xffff) == sourcePort) {
                sum += (network.getShort(udp + 4) & 0xffff) - UDP_HEADER;
            }
            at = next;
        }
        return sum;
    }
}
