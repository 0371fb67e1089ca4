// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import warren.cluster.ParsedRecord.Malformed;
import warren.wireguard.PublicKey;

final class CodecTest {
    private static final List<HostPort> SEEDS =
            List.of(
                    HostPort.parse("192.0.2.1:51821", 1),
                    HostPort.parse("[2001:db8::1]:4000", 1),
                    HostPort.parse("Seed.Example", 51821));

    private final Identity identity = Nodes.identity(1);

    @Test
    void aTokenSurvivesItsText() {
        JoinToken token = new JoinToken(Nodes.CLUSTER, Nodes.secret(1), SEEDS);
        String text = token.encode();
        assertTrue(text.startsWith("warren1."));
        assertEquals(token, JoinToken.parse("  " + text + "\n"));
        assertEquals("seed.example:51821", token.seeds().get(2).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "warren1.", "warren1.!!!!", "warren2.AAAA", "hello", "warren1.AAAA"})
    void whatIsNoTokenIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> JoinToken.parse(text));
    }

    @Test
    void aDamagedTokenIsRefusedWithoutRepeatingIt() {
        String text = new JoinToken(Nodes.CLUSTER, Nodes.secret(1), SEEDS).encode();
        for (int i = 8; i < text.length(); i++) {
            char other = text.charAt(i) == 'A' ? 'B' : 'A';
            String damaged = text.substring(0, i) + other + text.substring(i + 1);
            String cut = text.substring(0, i);
            for (String bad : List.of(damaged, cut)) {
                if (bad.equals(text)) {
                    continue;
                }
                IllegalArgumentException e =
                        assertThrows(IllegalArgumentException.class, () -> JoinToken.parse(bad));
                assertFalse(e.getMessage().contains(text.substring(12, 24)));
            }
        }
    }

    @Test
    void aRecordWithEverythingSurvivesItsBytes() {
        NodeContent content =
                new NodeContent(
                        5,
                        -9,
                        "node-1.lab",
                        key(1),
                        key(2),
                        SEEDS,
                        51821,
                        List.of(Nodes.claim("10.100.4.0/26", 300), Nodes.claim("10.100.0.3/32", 1)),
                        Set.of(DataPlane.KERNEL, DataPlane.VXLAN),
                        List.of(4, 3));
        NodeRecord record = NodeRecord.sign(content, identity, Nodes.CLUSTER);
        NodeRecord parsed = parsed(record.toBytes());
        assertEquals(content, parsed.content());
        assertEquals(identity.key(), parsed.identity());
        assertTrue(parsed.isSignedFor(Nodes.CLUSTER));
        assertFalse(parsed.isSignedFor(new ClusterId(1)), "bound to its cluster");
    }

    @Test
    void aFieldOfALaterVersionIsSkippedAndKept() {
        byte[] body = NodeRecordCodec.encode(Nodes.content("n", 1), identity.key());
        byte[] extended = new WireWriter().put(body).field(200, new byte[] {1, 2}).toBytes();
        byte[] signed =
                new WireWriter()
                        .put(
                                "warren node record 1\0"
                                        .getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                        .put(Nodes.CLUSTER.toBytes())
                        .put(extended)
                        .toBytes();
        byte[] bytes = new WireWriter().put(extended).put(identity.sign(signed)).toBytes();
        NodeRecord record = parsed(bytes);
        assertTrue(record.isSignedFor(Nodes.CLUSTER));
        assertArrayEquals(bytes, record.toBytes());
    }

    @Test
    void fieldsOutOfOrderOrTwiceAreNoRecord() {
        byte[] body = NodeRecordCodec.encode(Nodes.content("n", 1), identity.key());
        byte[] twice = new WireWriter().put(body).field(9, new byte[4]).put(new byte[64]).toBytes();
        assertEquals(Malformed.BAD_FIELD, NodeRecord.parse(twice));
    }

    @Test
    void theLongestRecordFitsADatagramAndALongerOneIsRefused() {
        List<Claim> claims = new ArrayList<>();
        for (int i = 0; i < NodeContent.MAX_CLAIMS; i++) {
            claims.add(Nodes.claim("10.100.1." + i, 100));
        }
        List<HostPort> endpoints = new ArrayList<>();
        for (int i = 0; i < NodeContent.MAX_ENDPOINTS; i++) {
            endpoints.add(HostPort.parse("[2001:db8::" + i + "]:51820", 1));
        }
        NodeContent content =
                Nodes.content("a".repeat(63), Long.MAX_VALUE)
                        .withClaims(claims)
                        .withEndpoints(endpoints);
        NodeRecord record = NodeRecord.sign(content, identity, Nodes.CLUSTER);
        byte[] update = GossipUpdate.node(record, MemberState.ALIVE, 1);
        assertTrue(update.length <= GossipSender.room());
        NodeContent longer =
                content.withEndpoints(
                        List.of(
                                new HostPort("a".repeat(250), 1),
                                new HostPort("b".repeat(250), 1)));
        assertThrows(
                IllegalArgumentException.class,
                () -> NodeRecord.sign(longer, identity, Nodes.CLUSTER));
    }

    @Test
    void noChangedOrTruncatedByteGoesUnnoticed() {
        byte[] bytes = Nodes.record(identity, "n", 1, Nodes.claim("10.100.4.0/26", 3)).toBytes();
        for (int i = 0; i < bytes.length; i++) {
            byte[] changed = bytes.clone();
            changed[i] ^= 4;
            assertFalse(isGenuine(changed), "byte " + i);
            assertFalse(isGenuine(Arrays.copyOf(bytes, i)), "length " + i);
        }
        assertTrue(isGenuine(bytes));
    }

    @Test
    void aRecordOfAnotherClusterIsNotGenuine() {
        NodeContent content = Nodes.content("a", 9);
        assertFalse(isGenuine(NodeRecord.sign(content, identity, new ClusterId(3)).toBytes()));
    }

    @Test
    void aFarewellIsSignedAndLastsThroughTheCodec() {
        NodeRecord last =
                NodeRecord.sign(
                        Nodes.content("a", 9, Nodes.claim("10.100.4.0/26", 3)).farewell(),
                        identity,
                        Nodes.CLUSTER);
        NodeRecord parsed = (NodeRecord) NodeRecord.parse(last.toBytes());
        assertTrue(parsed.content().leaving());
        assertEquals(10, parsed.sequence());
        assertTrue(parsed.content().claims().isEmpty());
    }

    private static boolean isGenuine(byte[] bytes) {
        RecordJudge judge = new RecordJudge(Nodes.CLUSTER);
        return judge.parse(bytes) instanceof NodeRecord record && judge.isGenuine(record);
    }

    @Test
    void stateFilesSurviveAndDamageIsFound() {
        ClusterDescriptor cluster =
                new ClusterDescriptor(Nodes.CLUSTER, "lab", OverlayNetwork.DEFAULT, 2);
        List<NodeRecord> records =
                List.of(Nodes.record(identity, "a", 1), Nodes.record(Nodes.identity(2), "b", 1));
        List<KnownNode> nodes =
                records.stream().map(it -> new KnownNode(it, MemberState.LEFT, 3)).toList();
        byte[] recordsFile = StateFiles.records(cluster, nodes);
        assertEquals(new StateFiles.Records(cluster, nodes), StateFiles.parseRecords(recordsFile));
        byte[] identityFile = StateFiles.identity(identity);
        assertEquals(identity.key(), StateFiles.parseIdentity(identityFile).key());
        List<Epoch> epochs =
                List.of(new Epoch(Nodes.secret(1), null), new Epoch(Nodes.secret(2), null));
        byte[] secretFile = StateFiles.secrets(Nodes.CLUSTER, epochs);
        assertEquals(
                new StateFiles.Secrets(Nodes.CLUSTER, epochs), StateFiles.parseSecrets(secretFile));
        for (int i = 0; i < secretFile.length; i++) {
            byte[] damaged = secretFile.clone();
            damaged[i] ^= 1;
            byte[] cut = Arrays.copyOf(secretFile, i);
            assertThrows(IllegalArgumentException.class, () -> StateFiles.parseSecrets(damaged));
            assertThrows(IllegalArgumentException.class, () -> StateFiles.parseSecrets(cut));
        }
        assertThrows(IllegalArgumentException.class, () -> StateFiles.parseIdentity(secretFile));
    }

    @Test
    void randomBytesAreNeverMoreThanMalformed() {
        Random random = new Random(12);
        byte[] valid = Nodes.record(identity, "n", 1, Nodes.claim("10.100.4.0/26", 3)).toBytes();
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = random.nextBoolean() ? valid.clone() : new byte[random.nextInt(1200)];
            for (int j = 0; j < 6 && bytes.length > 0; j++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            NodeRecord.parse(bytes);
            JoinMessage.parse(bytes);
            GossipDatagram.parse(random.nextInt(10), new WireReader(bytes), identity.id());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":1",
                "[::1",
                "[::1]x",
                "host:0",
                "host:65536",
                "1.2.3",
                "-a",
                "a b:1",
                "h:99999999"
            })
    void whatIsNoHostAndPortIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> HostPort.parse(text, 51820));
    }

    private static NodeRecord parsed(byte[] bytes) {
        return assertInstanceOf(NodeRecord.class, NodeRecord.parse(bytes));
    }

    private static PublicKey key(int fill) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) fill);
        return new PublicKey(bytes);
    }
}
