// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import warren.linux.tun.VnetHeader;
import warren.wireguard.JceAead;

/// Whole devices, with each backend and without each offload: what one takes in is what the other
/// gives out, segmentation aside. The other one always has the JDK's cipher.
@Timeout(60)
class ConformanceTest {
    private static final int ROUNDS = 24;
    private static final int JUMBO = 9000;
    private static final int LARGEST = 60_000;

    /// What a pipe holds, with what the kernel adds.
    private static final int ROUND_BYTES = 60_000;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    @TempDir Path directory;

    static Stream<Arguments> settings() {
        List<Arguments> settings = new ArrayList<>();
        for (String backend : Backends.names()) {
            settings.add(Arguments.of(backend, "tso,uso,gso,gro,coalesce"));
            settings.add(Arguments.of(backend, "none"));
        }
        for (String offloads :
                List.of(
                        "uso,gso,gro,coalesce",
                        "tso,gso,gro,coalesce",
                        "tso,uso,gro,coalesce",
                        "tso,uso,gso,coalesce",
                        "tso,uso,gso,gro")) {
            settings.add(Arguments.of("libcrypto", offloads));
        }
        return settings.stream();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void whatOneTakesInTheOtherGivesOut(String backend, String offloads) throws Exception {
        try (Meddler wire = new Meddler(random);
                PipedPair pair = pair(backend, offloads, wire)) {
            for (int round = 0; round < ROUNDS; round++) {
                List<PipedPair.Gift> gifts = gifts();
                List<ByteBuffer> expected = packets(gifts);
                List<byte[]> taken = pair.exchange(round % 2 == 0, gifts, expected::size);
                assertEquals(expected, sorted(taken), "seed " + seed + " round " + round);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void troubledMessagesHarmNoNeighbour(String backend, String offloads) throws Exception {
        try (Meddler wire = new Meddler(random);
                PipedPair pair = pair(backend, offloads, wire)) {
            pair.exchange(true, List.of(PipedPair.Gift.whole(odd(100))), () -> 1);
            wire.meddle();
            int given = 1;
            int arrived = 1;
            for (int round = 0; round < ROUNDS; round++) {
                List<PipedPair.Gift> gifts = equalGifts();
                given += gifts.size();
                int all = given;
                int before = arrived;
                List<byte[]> taken =
                        pair.exchange(
                                round % 2 == 0,
                                gifts,
                                () ->
                                        wire.seen() < all
                                                ? Integer.MAX_VALUE
                                                : all - wire.corrupted() - before);
                List<ByteBuffer> known = packets(gifts);
                for (ByteBuffer packet : sorted(taken)) {
                    assertTrue(known.remove(packet), "changed or twice: seed " + seed);
                }
                arrived += taken.size();
                assertEquals(all - wire.corrupted(), arrived, "seed " + seed + " round " + round);
            }
            assertTrue(wire.corrupted() > 0, "seed " + seed);
        }
    }

    private PipedPair pair(String backend, String offloads, Meddler wire) throws Exception {
        return new PipedPair(
                directory, Backends.of(backend), new JceAead(), Offloads.wanted(offloads), wire);
    }

    /// As many as a pipe holds, or one that is split and joined again.
    private List<PipedPair.Gift> gifts() {
        List<PipedPair.Gift> gifts = new ArrayList<>();
        int packets = 0;
        int bytes = 0;
        while (true) {
            PipedPair.Gift gift = random.nextInt(4) == 0 ? split() : PipedPair.Gift.whole(odd());
            packets += gift.packets().size();
            bytes += gift.frame().length;
            if (packets > PipedPair.PACKETS_MAX || bytes > ROUND_BYTES) {
                return gifts.isEmpty() ? List.of(PipedPair.Gift.whole(odd(JUMBO))) : gifts;
            }
            gifts.add(gift);
        }
    }

    private List<PipedPair.Gift> equalGifts() {
        int length = 100 + random.nextInt(1320);
        List<PipedPair.Gift> gifts = new ArrayList<>();
        for (int i = 0; i < PipedPair.PACKETS_MAX / 2; i++) {
            gifts.add(PipedPair.Gift.whole(odd(length)));
        }
        return gifts;
    }

    /// What a kernel hands over with segmentation offload.
    private PipedPair.Gift split() {
        InnerStream stream = SegmenterTest.randomStream(random);
        stream.port = random.nextInt(65_536);
        int size = 100 + random.nextInt(1200);
        byte[] payload = new byte[1 + random.nextInt(PipedPair.PACKETS_MAX * size)];
        random.nextBytes(payload);
        byte[] packet = stream.superPacket(payload);
        byte[] frame = new byte[VnetHeader.LENGTH + packet.length];
        System.arraycopy(packet, 0, frame, VnetHeader.LENGTH, packet.length);
        int type =
                !stream.tcp
                        ? VnetHeader.VIRTIO_NET_HDR_GSO_UDP_L4
                        : stream.v6
                                ? VnetHeader.VIRTIO_NET_HDR_GSO_TCPV6
                                : VnetHeader.VIRTIO_NET_HDR_GSO_TCPV4;
        VnetHeader.writeGso(
                MemorySegment.ofArray(frame),
                0,
                type,
                stream.headers(),
                size,
                stream.start(),
                stream.tcp ? InnerHeader.TCP_CHECKSUM : InnerHeader.UDP_CHECKSUM);
        return new PipedPair.Gift(frame, stream.split(payload, size));
    }

    private byte[] odd() {
        return odd(
                switch (random.nextInt(40)) {
                    case 0 -> LARGEST - 200;
                    case 1, 2, 3 -> JUMBO;
                    default -> 60 + random.nextInt(1360);
                });
    }

    /// An IP packet with everything in it that is no business of a tunnel's: any protocol, marks,
    /// options, extension headers or fragments.
    private byte[] odd(int length) {
        byte[] packet = new byte[length];
        random.nextBytes(packet);
        ByteBuffer header = ByteBuffer.wrap(packet);
        if (random.nextBoolean()) {
            int words = 5 + random.nextInt(11);
            header.put(0, (byte) (0x40 | words)).putShort(2, (short) length);
        } else {
            header.put(0, (byte) (0x60 | random.nextInt(16))).putShort(4, (short) (length - 40));
        }
        return packet;
    }

    private static List<ByteBuffer> packets(List<PipedPair.Gift> gifts) {
        return sorted(gifts.stream().flatMap(gift -> gift.packets().stream()).toList());
    }

    private static List<ByteBuffer> sorted(List<byte[]> packets) {
        List<byte[]> sorted = new ArrayList<>(packets);
        sorted.sort(Arrays::compare);
        List<ByteBuffer> buffers = new ArrayList<>();
        sorted.forEach(packet -> buffers.add(ByteBuffer.wrap(packet)));
        return buffers;
    }
}
