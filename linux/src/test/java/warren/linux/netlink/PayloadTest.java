// SPDX-License-Identifier: Apache-2.0
package warren.linux.netlink;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The hex is little-endian, as the machines are that Warren is tested on.
class PayloadTest {
    private static final HexFormat HEX = HexFormat.of();

    @Test
    void attributesAreAlignedAndPaddedWithZeros() {
        var out =
                new PayloadWriter()
                        .field8(1)
                        .field8(2)
                        .field16(0x0403)
                        .u8(1, 0xaa)
                        .u16(2, 0xbbaa)
                        .big16(3, 0xaabb)
                        .string(4, "wnl0")
                        .flag(5)
                        .u64(6, 0x0807060504030201L);
        assertEquals(
                "01020304"
                        + "05000100aa000000"
                        + "06000200aabb0000"
                        + "06000300aabb0000"
                        + "09000400776e6c3000000000"
                        + "04000500"
                        + "0c0006000102030405060708",
                HEX.formatHex(out.toByteArray()));
    }

    @Test
    void nestedAttributeCountsWhatIsInIt() {
        var out =
                new PayloadWriter().nested(1, a -> a.u8(2, 7).nested(3, b -> b.u32(4, 9))).u8(5, 1);
        assertEquals(
                "18000180"
                        + "0500020007000000"
                        + "0c000380"
                        + "0800040009000000"
                        + "0500050001000000",
                HEX.formatHex(out.toByteArray()));
    }

    @Test
    void attributeTooLongForItsLengthFieldIsOurBug() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new PayloadWriter().bytes(1, new byte[0x10000 - 4]));
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        new PayloadWriter()
                                .nested(
                                        1,
                                        a ->
                                                a.bytes(2, new byte[0x8000])
                                                        .bytes(3, new byte[0x8000])));
        assertEquals(0x10000, new PayloadWriter().bytes(1, new byte[0xfffb]).toByteArray().length);
    }

    @Test
    void firstErrorSticksAndEverythingAfterItReadsAsNothing() {
        var in =
                PayloadReader.of(
                        HEX.parseHex("01000000" + "05000100aa000000" + "0600020001000000"));
        assertEquals(1, in.field32());
        var attributes = in.attributes();
        assertTrue(attributes.next());
        assertEquals(0, attributes.u32());
        assertEquals(Malformed.VALUE_LENGTH, in.malformed());
        assertEquals(0, attributes.u8());
        assertEquals("", attributes.string());
        assertNull(attributes.address());
        assertFalse(attributes.next());
        assertEquals(0, in.field8());
        assertEquals(Malformed.VALUE_LENGTH, attributes.malformed());
    }

    @Test
    void lengthsThatLieAreNamed() {
        assertEquals(Malformed.ATTRIBUTE_TRUNCATED, walk("0500"));
        assertEquals(Malformed.ATTRIBUTE_LENGTH, walk("03000100"));
        assertEquals(Malformed.ATTRIBUTE_LENGTH, walk("00000100"));
        assertEquals(Malformed.ATTRIBUTE_LENGTH, walk("0900010000000000"));
        assertEquals(Malformed.ATTRIBUTE_LENGTH, walk("ffff010000000000"));
        // The last attribute may lack its padding.
        assertNull(walk("0500010001"));
        assertNull(walk(""));
    }

    private static Malformed walk(String hex) {
        var in = PayloadReader.of(HEX.parseHex(hex));
        var attributes = in.attributes();
        while (attributes.next()) {
            attributes.bytes();
        }
        return in.malformed();
    }

    @Test
    void structureShorterThanItsFieldsIsNamed() {
        var in = PayloadReader.of(new byte[3]);
        assertEquals(0, in.field32());
        assertEquals(Malformed.FIELD_TRUNCATED, in.malformed());
        var negative = PayloadReader.of(new byte[3]);
        negative.skip(-1);
        assertEquals(Malformed.FIELD_TRUNCATED, negative.malformed());
    }

    @Test
    void addressesAreReadByTheirLength() {
        var mapped = "00000000000000000000ffff0a000001";
        var in =
                PayloadReader.of(
                                HEX.parseHex(
                                        "080001000a640001" + "14000200" + mapped + "0500030000"))
                        .attributes();
        assertTrue(in.next());
        assertEquals(InetAddress.ofLiteral("10.100.0.1"), in.address());
        assertTrue(in.next());
        assertEquals(16, in.address().getAddress().length);
        assertTrue(in.next());
        assertNull(in.address());
        assertEquals(Malformed.VALUE_LENGTH, in.malformed());
    }

    @Test
    void randomTreesComeBack() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            var written = new ArrayList<String>();
            var out = new PayloadWriter().field32(i);
            write(out, random, 3, written);
            var in = PayloadReader.of(out.toByteArray());
            assertEquals(i, in.field32());
            var read = new ArrayList<String>();
            read(in.attributes(), read);
            assertNull(in.malformed(), "seed " + seed);
            assertEquals(written, read, "seed " + seed);
        }
    }

    private static void write(PayloadWriter out, Random random, int depth, List<String> log) {
        for (int n = random.nextInt(5); n > 0; n--) {
            if (depth > 0 && random.nextInt(3) == 0) {
                log.add("(");
                out.nested(1, inner -> write(inner, random, depth - 1, log));
                log.add(")");
            } else {
                byte[] value = new byte[random.nextInt(20)];
                random.nextBytes(value);
                log.add(HEX.formatHex(value));
                out.bytes(2, value);
            }
        }
    }

    private static void read(AttributeReader in, List<String> log) {
        while (in.next()) {
            if (in.type() == 1) {
                log.add("(");
                read(in.nested(), log);
                log.add(")");
            } else {
                log.add(HEX.formatHex(in.bytes()));
            }
        }
    }

    @Test
    void messagesAreCutApartAndTheirHeadersRead() {
        byte[] first = NetlinkMessage.encode(16, 0x305, 7, 99, new byte[] {1, 2, 3});
        byte[] second = NetlinkMessage.encode(17, 1, 8, 99, new byte[4]);
        byte[] both = new byte[first.length + second.length];
        System.arraycopy(first, 0, both, 0, first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        var batch = NetlinkMessage.parse(both);
        assertNull(batch.malformed());
        assertEquals(2, batch.messages().size());
        var message = batch.messages().getFirst();
        assertEquals(16, message.type());
        assertEquals(0x305, message.flags());
        assertEquals(7, message.sequence());
        assertEquals(99, message.port());
        assertArrayEquals(new byte[] {1, 2, 3}, message.payload().fieldBytes(3));
        assertEquals(
                "13000000" + "1000" + "0503" + "07000000" + "63000000" + "01020300",
                HEX.formatHex(first));
    }

    @Test
    void soundMessagesBeforeAnUnsoundOneAreKept() {
        byte[] good = NetlinkMessage.encode(16, 0, 1, 1, new byte[0]);
        byte[] cut = java.util.Arrays.copyOf(good, good.length + 5);
        var batch = NetlinkMessage.parse(cut);
        assertEquals(1, batch.messages().size());
        assertEquals(Malformed.HEADER_TRUNCATED, batch.malformed());
        for (int length : new int[] {0, 15, 17, -1, Integer.MIN_VALUE}) {
            byte[] bad = good.clone();
            PayloadReader.U32.set(bad, 0, length);
            assertEquals(Malformed.MESSAGE_LENGTH, NetlinkMessage.parse(bad).malformed());
        }
    }
}
