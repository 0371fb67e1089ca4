// SPDX-License-Identifier: Apache-2.0
package warren.cli.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import warren.cli.demo.PcapReader.End;

final class PcapReaderTest {
    private static final int MICROSECONDS = 0xa1b2c3d4;
    private static final int NANOSECONDS = 0xa1b23c4d;

    private final List<byte[]> frames = new ArrayList<>();

    private End read(byte[] file) throws IOException {
        frames.clear();
        return PcapReader.read(new ByteArrayInputStream(file), frames::add);
    }

    @Test
    void readsEveryFrameInBothByteOrdersAndResolutions() throws IOException {
        List<byte[]> written = List.of(new byte[] {1, 2, 3}, new byte[0], new byte[1500]);
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            for (int magic : List.of(MICROSECONDS, NANOSECONDS)) {
                assertEquals(End.COMPLETE, read(Frames.pcap(order, magic, 1, written)));
                assertEquals(3, frames.size());
                assertArrayEquals(written.getFirst(), frames.getFirst());
            }
        }
    }

    /// Written by tcpdump 4.99.3: one ARP request on a veth.
    @Test
    void readsWhatTcpdumpWrote() throws IOException {
        String file =
                """
                d4c3b2a10200040000000000000000000000040001000000ffec026bc993
                02002a0000002a000000ffffffffffff2e473722b1080806000108000604
                00012e473722b108c0a8320b000000000000c0a8320c
                """;
        assertEquals(End.COMPLETE, read(HexFormat.of().parseHex(file.replace("\n", ""))));
        assertEquals(42, frames.getFirst().length);
    }

    @Test
    void saysThatAFileIsCutOffWhereverItIs() throws IOException {
        byte[] whole =
                Frames.pcap(
                        ByteOrder.LITTLE_ENDIAN,
                        MICROSECONDS,
                        1,
                        List.of(new byte[20], new byte[20]));
        for (int length = 0; length < whole.length; length++) {
            End expected =
                    length < 24
                            ? End.NOT_A_CAPTURE
                            : (length - 24) % 36 == 0 ? End.COMPLETE : End.TRUNCATED;
            assertEquals(expected, read(Arrays.copyOf(whole, length)), "length " + length);
        }
    }

    @Test
    void refusesOtherFormatsAndLengthsThatCannotBe() throws IOException {
        assertEquals(
                End.NOT_A_CAPTURE,
                read(Frames.pcap(ByteOrder.BIG_ENDIAN, 0x0a0d0d0a, 1, List.of())));
        assertEquals(
                End.NOT_A_CAPTURE,
                read(Frames.pcap(ByteOrder.BIG_ENDIAN, MICROSECONDS, 113, List.of())));
        byte[] file = Frames.pcap(ByteOrder.BIG_ENDIAN, MICROSECONDS, 1, List.of(new byte[4]));
        file[24 + 8] = (byte) 0x7f;
        assertEquals(End.NOT_A_CAPTURE, read(file));
        file[24 + 8] = (byte) 0xff;
        assertEquals(End.NOT_A_CAPTURE, read(file));
    }
}
