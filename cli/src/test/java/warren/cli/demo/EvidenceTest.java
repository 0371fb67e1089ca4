// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class EvidenceTest {
    private final Evidence evidence = new Evidence(Ping.marker());

    private void assertCounts(int wireguard, int otherIp, int arp, int otherFrames) {
        assertEquals(wireguard, evidence.wireguard(), "wireguard");
        assertEquals(otherIp, evidence.otherIp(), "other IP");
        assertEquals(arp, evidence.arp(), "ARP");
        assertEquals(otherFrames, evidence.otherFrames(), "other frames");
        assertEquals(wireguard + otherIp + arp + otherFrames, evidence.frames());
    }

    @Test
    void tellsHandshakesFromDataOverBothFamilies() {
        evidence.add(Frames.udp4(51820, 51820, Frames.wireguard(1)));
        evidence.add(Frames.udp4(51820, 51820, Frames.wireguard(2)));
        evidence.add(Frames.udp6(51820, 51820, Frames.wireguard(4)));
        assertCounts(3, 0, 0, 0);
        assertEquals(2, evidence.wireguardHandshakes());
        assertEquals(1, evidence.wireguardData());
    }

    @Test
    void aPacketIsWireguardOnlyWithBothPortsAndTheRightForm() {
        evidence.add(Frames.udp4(51820, 53, Frames.wireguard(4)));
        evidence.add(Frames.udp4(53, 51820, Frames.wireguard(4)));
        evidence.add(Frames.udp4(51820, 51820, Frames.wireguard(0)));
        evidence.add(Frames.udp4(51820, 51820, Frames.wireguard(5)));
        evidence.add(Frames.udp4(51820, 51820, Ping.marker()));
        evidence.add(Frames.udp4(51820, 51820, new byte[] {4, 0, 0}));
        assertCounts(0, 6, 0, 0);
    }

    @Test
    void aLaterFragmentProvesNothing() {
        byte[] fragment = Frames.udp4(51820, 51820, Frames.wireguard(4));
        fragment[14 + 7] = 1;
        evidence.add(fragment);
        assertCounts(0, 1, 0, 0);
    }

    @Test
    void tcpOnTheSamePortIsNotWireguard() {
        byte[] tcp = Frames.udp4(51820, 51820, Frames.wireguard(4));
        tcp[14 + 9] = 6;
        evidence.add(tcp);
        assertCounts(0, 1, 0, 0);
    }

    @Test
    void everyCutOffFrameIsCountedAndNoneThrows() {
        byte[] whole = Frames.udp4(51820, 51820, Frames.wireguard(4));
        for (int length = 0; length <= whole.length; length++) {
            evidence.add(java.util.Arrays.copyOf(whole, length));
        }
        assertEquals(whole.length + 1, evidence.frames());
        assertEquals(14, evidence.otherFrames());
        assertEquals(29, evidence.wireguard());
    }

    @Test
    void arpAndUnknownFramesAreCountedApart() {
        evidence.add(Frames.ethernet(0x0806, "who has"));
        evidence.add(Frames.ethernet(0x88cc, "LLDP"));
        assertCounts(0, 0, 1, 1);
    }

    @Test
    void findsTheMarkerAtTheStartTheEndAndNowhere() {
        evidence.add(Ping.MARKER.getBytes(StandardCharsets.US_ASCII));
        evidence.add(Frames.ethernet(0x0800, "xx" + Ping.MARKER));
        assertEquals(2, evidence.marked());
        evidence.add(Frames.ethernet(0x0800, "warren-plaintexwarren-plaintex"));
        evidence.add(ByteBuffer.allocate(1500).array());
        evidence.add(new byte[0]);
        assertEquals(2, evidence.marked());
    }
}
