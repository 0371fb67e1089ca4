// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class AllowedIpsTest {
    private final AllowedIps<String> table = new AllowedIps<>();

    @Test
    void theLongestPrefixWins() {
        insert("0.0.0.0/0", "default");
        insert("10.0.0.0/8", "eight");
        insert("10.100.0.0/16", "sixteen");
        insert("10.100.0.2/32", "host");
        insert("::/0", "default6");
        insert("fd00::/8", "ula");
        insert("fd00::1/128", "host6");
        assertEquals("default", lookup("192.0.2.1"));
        assertEquals("eight", lookup("10.1.2.3"));
        assertEquals("sixteen", lookup("10.100.255.255"));
        assertEquals("host", lookup("10.100.0.2"));
        assertEquals("default6", lookup("2001:db8::"));
        assertEquals("ula", lookup("fdff::"));
        assertEquals("host6", lookup("fd00::1"));
    }

    @Test
    void familiesAreApart() {
        insert("0.0.0.0/0", "four");
        assertNull(lookup("::"));
        assertNull(lookup("::ffff:1.2.3.4"));
    }

    @Test
    void aPrefixMovesToThePeerThatAsksLast() {
        assertNull(insert("10.0.0.0/24", "a"));
        assertNull(insert("10.0.0.0/24", "a"));
        assertEquals("a", insert("10.0.0.0/24", "b"));
        assertEquals("b", lookup("10.0.0.9"));
        assertEquals(List.of(), table.prefixes("a"));
        assertEquals(List.of(IpPrefix.parse("10.0.0.0/24")), table.prefixes("b"));
    }

    @Test
    void onlyTheOwnerOfAPrefixLosesIt() {
        insert("10.0.0.0/24", "a");
        assertFalse(table.remove(IpPrefix.parse("10.0.0.0/24"), "b"));
        assertFalse(table.remove(IpPrefix.parse("10.0.0.0/25"), "a"));
        assertEquals("a", lookup("10.0.0.9"));
        assertTrue(table.remove(IpPrefix.parse("10.0.0.0/24"), "a"));
        assertNull(lookup("10.0.0.9"));
        assertEquals(0, table.size());
    }

    @Test
    void aRemovedPeerLeavesTheOthersWhole() {
        insert("10.0.0.0/8", "a");
        insert("10.1.0.0/16", "b");
        insert("10.1.1.0/24", "a");
        insert("fd00::/8", "a");
        table.removeAll("a");
        assertEquals("b", lookup("10.1.1.1"));
        assertNull(lookup("10.2.0.0"));
        assertNull(lookup("fd00::1"));
        assertEquals(1, table.size());
        table.removeAll("nobody");
    }

    @Test
    void listsThePrefixesOfAPeerSorted() {
        for (String prefix :
                List.of("fd00::/8", "10.2.0.0/16", "0.0.0.0/0", "10.0.0.0/16", "10.0.0.0/8")) {
            insert(prefix, "a");
        }
        List<String> listed = table.prefixes("a").stream().map(IpPrefix::toString).toList();
        assertEquals(
                List.of("0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/16", "10.2.0.0/16", "fd00::/8"),
                listed);
    }

    @Test
    void readsSourceAndDestinationOfRawPackets() {
        insert("10.100.0.2/32", "source");
        insert("10.100.0.3/32", "destination");
        insert("fd00::2/128", "source6");
        insert("fd00::3/128", "destination6");
        // An ICMP echo's header and an empty IPv6 packet's, at an odd offset.
        byte[] v4 = HexFormat.of().parseHex("4500001c0000400040010000" + "0a640002" + "0a640003");
        String six = "6000000000003b40" + "fd" + "00".repeat(14) + "02" + "fd" + "00".repeat(14);
        byte[] v6 = HexFormat.of().parseHex(six + "03");
        MemorySegment memory = Arena.ofAuto().allocate(100);
        MemorySegment.copy(MemorySegment.ofArray(v4), 0, memory, 3, 20);
        assertEquals("source", table.bySource(memory, 3, 20));
        assertEquals("destination", table.byDestination(memory, 3, 20));
        MemorySegment.copy(MemorySegment.ofArray(v6), 0, memory, 3, 40);
        assertEquals("source6", table.bySource(memory, 3, 40));
        assertEquals("destination6", table.byDestination(memory, 3, 40));
    }

    @Test
    void whatIsNoIpHeaderBelongsToNobody() {
        insert("0.0.0.0/0", "a");
        insert("::/0", "a");
        MemorySegment memory = MemorySegment.ofArray(new byte[40]);
        for (int version = 0; version < 16; version++) {
            memory.set(ValueLayout.JAVA_BYTE, 0, (byte) (version << 4 | 5));
            for (int length = 0; length <= 40; length++) {
                boolean header = (version == 4 && length >= 20) || (version == 6 && length >= 40);
                assertEquals(header ? "a" : null, table.byDestination(memory, 0, length));
                assertEquals(header ? "a" : null, table.bySource(memory, 0, length));
            }
        }
    }

    @Test
    void aLookupNeverSeesAPrefixBetweenTwoOwners() throws InterruptedException {
        insert("10.0.0.0/24", "a");
        AtomicBoolean done = new AtomicBoolean();
        List<Integer> misses = new ArrayList<>();
        Thread reader =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    while (!done.get()) {
                                        if (table.lookup(0x0a000001) == null) {
                                            misses.add(1);
                                        }
                                    }
                                });
        for (int i = 0; i < 20_000; i++) {
            insert("10.0.0.0/24", i % 2 == 0 ? "b" : "a");
            insert("10.0.0.1/32", "c");
            assertTrue(table.remove(IpPrefix.parse("10.0.0.1/32"), "c"));
        }
        done.set(true);
        reader.join();
        assertEquals(0, misses.size());
    }

    @Test
    void aThousandPeersWithTenPrefixesEachTakeMoments() {
        long start = System.nanoTime();
        for (int peer = 0; peer < 1000; peer++) {
            for (int i = 0; i < 10; i++) {
                int address = 0x0a000000 | peer << 10 | i << 6;
                assertNull(table.insert(new IpPrefix(IpAddress.v4(address), 26), "p" + peer));
            }
        }
        for (int peer = 0; peer < 1000; peer++) {
            assertNotNull(table.lookup(0x0a000000 | peer << 10 | 65));
            table.removeAll("p" + peer);
        }
        assertEquals(0, table.size());
        long millis = (System.nanoTime() - start) / 1_000_000;
        assertTrue(millis < 5000, "10,000 inserts and removals took " + millis + " ms");
    }

    private String insert(String prefix, String peer) {
        return table.insert(IpPrefix.parse(prefix), peer);
    }

    private String lookup(String address) {
        return table.lookup(IpAddress.parse(address));
    }
}
