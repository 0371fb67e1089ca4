// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import java.util.Random;

/// Whatever strangers, members and disks may hand to the parsers: they answer with values,
/// tokens and state files with the one exception they promise, and what they take is written
/// again the same.
final class ClusterFuzzTest {
    private static final Identity MEMBER = Nodes.identity(1);
    private static final Identity OTHER = Nodes.identity(2);
    private static final NodeRecord OWN = Nodes.record(MEMBER, "member", 1);
    private static final NodeRecord THEIRS = Nodes.record(OTHER, "other", 1);
    private static final List<ClusterSecret> SECRETS = List.of(Nodes.secret(1));

    @FuzzTest
    void nodeRecord(byte[] bytes) {
        if (NodeRecord.parse(bytes) instanceof NodeRecord record) {
            byte[] body = NodeRecordCodec.encode(record.content(), record.identity());
            byte[] again = new WireWriter().put(body).put(new byte[64]).toBytes();
            if (!(NodeRecord.parse(again) instanceof NodeRecord second)
                    || !second.content().equals(record.content())) {
                throw new AssertionError("a record that is not read back");
            }
        }
    }

    @FuzzTest
    void joinToken(byte[] bytes) {
        String text = new String(bytes, ISO_8859_1);
        for (String token : List.of(text, "warren1." + text)) {
            try {
                JoinToken parsed = JoinToken.parse(token);
                if (!JoinToken.parse(parsed.encode()).equals(parsed)) {
                    throw new AssertionError("a token that is not read back");
                }
            } catch (IllegalArgumentException _) { // as promised
            }
        }
    }

    /// Sealed by a member, so that the fuzzer gets behind the MAC.
    @FuzzTest
    void gossipDatagram(byte[] bytes) {
        Gossip gossip =
                new Gossip(
                        Nodes.CLUSTER,
                        MEMBER,
                        OWN,
                        SECRETS,
                        new Gossip.Outbox() {
                            @Override
                            public void send(
                                    NodeId to, warren.wireguard.IpAddress at, byte[] payload) {
                                if (payload.length > Gossip.MAX_DATAGRAM) {
                                    throw new AssertionError("a datagram too long");
                                }
                            }

                            @Override
                            public void on(GossipEvent event) {
                                // whatever it says, it may
                            }
                        },
                        new Random(1),
                        0);
        gossip.learn(List.of(new KnownNode(THEIRS, MemberState.ALIVE, 1)), 0);
        MemberEntry member = new MemberEntry(OWN, MemberState.ALIVE, 1, 0);
        MemberEntry other = new MemberEntry(THEIRS, MemberState.ALIVE, 1, 0);
        int type = bytes.length == 0 ? 0 : bytes[0];
        byte[] sealed =
                new GossipSeal(OTHER, SECRETS)
                        .seal(member, other, type, 1, new WireWriter().put(bytes));
        gossip.onDatagram(NodeAddress.of(Nodes.CLUSTER, OTHER.id()), sealed, 1);
        gossip.onDatagram(NodeAddress.of(Nodes.CLUSTER, OTHER.id()), bytes, 2);
        gossip.onTimer(2_000_000_000L);
    }

    @FuzzTest
    void joinMessage(byte[] bytes) {
        JoinMessage.parse(bytes);
    }

    @FuzzTest
    void joinStream(byte[] bytes) {
        NodeRecord record = Nodes.record(OTHER, "other", 1);
        try (JoinInitiator initiator =
                new JoinInitiator(
                        "h", Nodes.CLUSTER, SECRETS.getFirst(), OTHER, record, new Random(1))) {
            initiator.start();
            initiator.onBytes(bytes);
            initiator.onEnd();
        }
    }

    @FuzzTest
    void stateFiles(byte[] bytes) {
        try {
            StateFiles.parseRecords(bytes);
        } catch (IllegalArgumentException _) { // as promised
        }
        try {
            AddressPlan.parse(bytes, OverlayNetwork.DEFAULT, MEMBER.id(), new Random(1));
        } catch (IllegalArgumentException _) { // as promised
        }
    }
}
