// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import warren.cluster.Identity;
import warren.cluster.KnownNode;
import warren.cluster.NodeContent;
import warren.cluster.NodeRecord;
import warren.cluster.StateFiles;
import warren.wireguard.PublicKey;

/// Two agents of which one knows hundreds of nodes that the other has never heard of: more than
/// datagrams mend in a round, so one opens a stream to the other inside the tunnel.
@Tag("root")
final class BulkTest {
    private static final int STRANGERS = 1000;

    /// Bytes: more than comparing them takes, and less than all of them.
    private static final int MUCH = 100_000;

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private Lan lan;
    private WarrenNode a;
    private WarrenNode b;

    @BeforeEach
    void plugTwoNodes() {
        lan = new Lan();
        a = new WarrenNode("bka", lan, 1);
        b = new WarrenNode("bkb", lan, 2);
    }

    @AfterEach
    void takeDown() {
        b.close();
        a.close();
        lan.close();
    }

    @Test
    void twoAgentsThatDifferInMuchCompareNotesOverAStream() throws IOException {
        a.init();
        b.join(a);
        b.awaitAlivePeers(1);
        a.stopAgent("TERM");
        addStrangers(a.machine().files().resolve("var/lib/warren/records"));
        b.machine()
                .sh(
                        "nft add table ip6 bk; nft 'add chain ip6 bk in { type filter hook input priority 0; }';"
                                + " nft add rule ip6 bk in iifname wg0 tcp dport 51821 counter;"
                                + " nft add rule ip6 bk in iifname wg0 tcp sport 51821 counter");
        a.startAgent();
        Await.until(
                "the other agent knows them all",
                PATIENCE,
                () -> b.json("peers").size() == STRANGERS + 1,
                () -> b.json("peers").size() + " known; " + b.log());
        Await.until(
                "records came over TCP",
                PATIENCE,
                () -> streamed() > MUCH,
                () -> streamed() + " bytes");
    }

    /// Bytes of TCP from or to the stream port, as the tunnel gave them out at `b`.
    private long streamed() {
        return b.machine()
                .sh("nft list table ip6 bk")
                .lines()
                .filter(line -> line.contains(" bytes "))
                .mapToLong(line -> Long.parseLong(line.replaceFirst(".* bytes ([0-9]+).*", "$1")))
                .sum();
    }

    /// As if the agent had met them before it stopped.
    private static void addStrangers(Path file) throws IOException {
        Random random = new Random(8);
        StateFiles.Records saved = StateFiles.parseRecords(Files.readAllBytes(file));
        NodeContent like = saved.nodes().getFirst().record().content();
        List<KnownNode> all = new ArrayList<>(saved.nodes());
        byte[] key = new byte[32];
        for (int i = 0; i < STRANGERS; i++) {
            random.nextBytes(key);
            NodeContent content =
                    new NodeContent(
                            1,
                            i,
                            "stranger" + i,
                            new PublicKey(key.clone()),
                            null,
                            List.of(),
                            like.joinPort(),
                            List.of(),
                            like.dataPlanes(),
                            like.epochs());
            Identity identity = Identity.generate(random);
            all.add(KnownNode.unheard(NodeRecord.sign(content, identity, saved.cluster().id())));
        }
        Files.write(file, StateFiles.records(saved.cluster(), all));
    }
}
