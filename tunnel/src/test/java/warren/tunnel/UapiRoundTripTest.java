// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import warren.linux.errno.Errno;
import warren.wireguard.Endpoint;
import warren.wireguard.IpAddress;
import warren.wireguard.IpPrefix;
import warren.wireguard.PresharedKey;
import warren.wireguard.PrivateKey;
import warren.wireguard.PublicKey;

class UapiRoundTripTest {
    @Test
    void aStateReadsAsItWasWritten() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            DeviceState state = state(random);
            assertEquals(state, reread(state), "seed " + seed + " round " + i);
        }
    }

    @Test
    void aChangeReadsAsTheLinesItMeans() throws IOException {
        PublicKey a = PublicKey.ofHex("a1".repeat(32));
        PublicKey b = PublicKey.ofHex("b2".repeat(32));
        Endpoint endpoint = Endpoint.of(IpAddress.parse("192.0.2.1"), 51820);
        IpPrefix ten = IpPrefix.parse("10.0.0.0/8");
        IpPrefix ula = IpPrefix.parse("fd00::1/128");
        PrivateKey key = PrivateKey.ofHex("c3".repeat(32));
        PresharedKey psk = PresharedKey.ofHex("d4".repeat(32));
        DeviceConfig change =
                DeviceConfig.unchanged()
                        .withPrivateKey(key)
                        .withListenPort(0)
                        .withFwmark(51820)
                        .replacingPeers()
                        .withPeer(
                                PeerConfig.of(a)
                                        .withPresharedKey(psk)
                                        .withEndpoint(endpoint)
                                        .withPersistentKeepalive(0)
                                        .withAllowedIps(List.of(ten, ula)))
                        .withPeer(
                                PeerConfig.of(b)
                                        .updatingOnly()
                                        .changingAllowedIps(List.of(ten), List.of(ula)))
                        .withPeer(PeerConfig.removal(a));
        List<UapiLine> expected =
                List.of(
                        new UapiLine.SetPrivateKey(key),
                        new UapiLine.SetListenPort(0),
                        new UapiLine.SetFwmark(51820),
                        UapiLine.Flag.REPLACE_PEERS,
                        new UapiLine.SelectPeer(a),
                        new UapiLine.SetPresharedKey(psk),
                        new UapiLine.SetEndpoint(endpoint),
                        new UapiLine.SetPersistentKeepalive(0),
                        UapiLine.Flag.REPLACE_ALLOWED_IPS,
                        new UapiLine.AddAllowedIp(ten),
                        new UapiLine.AddAllowedIp(ula),
                        new UapiLine.SelectPeer(b),
                        UapiLine.Flag.UPDATE_ONLY,
                        new UapiLine.RemoveAllowedIp(ten),
                        new UapiLine.AddAllowedIp(ula),
                        new UapiLine.SelectPeer(a),
                        UapiLine.Flag.REMOVE);
        assertEquals(expected, relines(change));
    }

    @Test
    void anUnchangedDeviceIsAnEmptyRequest() throws IOException {
        assertEquals(List.of(), relines(DeviceConfig.unchanged()));
    }

    @Test
    void anAnswerOfANewerDeviceIsStillReadable() throws IOException {
        DeviceState state = read("listen_port=7\nnovelty=1\nerrno=0\n\n");
        assertEquals(new DeviceState(null, 7, 0, List.of()), state);
    }

    @Test
    void aRefusalCarriesItsErrno() {
        UapiException refused = assertThrows(UapiException.class, () -> read("errno=-98\n\n"));
        assertEquals(Errno.EADDRINUSE, refused.errno());
        assertTrue(refused.getMessage().contains("EADDRINUSE"), refused.getMessage());
    }

    @Test
    void anAnswerWithoutEndOrErrnoIsAFailure() {
        for (String answer :
                List.of(
                        "",
                        "listen_port=7\n",
                        "\n",
                        "errno=0",
                        "errno=\n\n",
                        "nonsense\n\n",
                        "listen_port=-1\nerrno=0\n\n",
                        "x".repeat(UapiLimits.LINE_BYTES + 1) + "\n")) {
            assertThrows(IOException.class, () -> read(answer), answer);
        }
    }

    @Test
    void secretsDoNotOutliveTheOutput() {
        UapiOutput out = new UapiOutput();
        UapiStateCodec.write(state(new Random(1)), out);
        ByteBuffer view = out.bytes();
        out.close();
        while (view.hasRemaining()) {
            assertEquals(0, view.get());
        }
    }

    private static DeviceState reread(DeviceState state) throws IOException {
        try (UapiOutput out = new UapiOutput()) {
            UapiStateCodec.write(state, out);
            out.line(UapiKey.ERRNO, 0);
            out.end();
            return read(StandardCharsets.ISO_8859_1.decode(out.bytes()).toString());
        }
    }

    private static List<UapiLine> relines(DeviceConfig change) throws IOException {
        try (UapiOutput out = new UapiOutput()) {
            UapiConfigWriter.write(change, out);
            byte[] bytes = new byte[out.bytes().remaining()];
            out.bytes().get(bytes);
            var in = new ByteArrayInputStream(bytes);
            try (UapiRequestParser parser = new UapiRequestParser(in)) {
                return assertInstanceOf(UapiRequest.Set.class, parser.next()).lines();
            }
        }
    }

    private static DeviceState read(String answer) throws IOException {
        var in = new ByteArrayInputStream(answer.getBytes(StandardCharsets.ISO_8859_1));
        try (UapiInput input = new UapiInput(in)) {
            return UapiStateCodec.read(input, "get test");
        }
    }

    private static DeviceState state(Random random) {
        List<PeerState> peers = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            peers.add(peer(random));
        }
        return new DeviceState(
                random.nextBoolean() ? new PrivateKey(bytes(random, 32)) : null,
                random.nextInt(65536),
                random.nextInt(),
                peers);
    }

    private static PeerState peer(Random random) {
        List<IpPrefix> allowedIps = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            IpAddress address = address(random);
            allowedIps.add(new IpPrefix(address, random.nextInt(address.bits() + 1)));
        }
        return new PeerState(
                new PublicKey(bytes(random, 32)),
                new PresharedKey(bytes(random, 32)),
                random.nextBoolean()
                        ? Endpoint.of(address(random), 1 + random.nextInt(65535))
                        : null,
                random.nextBoolean()
                        ? Instant.ofEpochSecond(
                                1 + random.nextInt(Integer.MAX_VALUE),
                                random.nextInt(1_000_000_000))
                        : null,
                random.nextLong(Long.MAX_VALUE),
                random.nextLong(Long.MAX_VALUE),
                random.nextInt(65536),
                allowedIps);
    }

    private static IpAddress address(Random random) {
        return IpAddress.of(bytes(random, random.nextBoolean() ? 4 : 16));
    }

    private static byte[] bytes(Random random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
