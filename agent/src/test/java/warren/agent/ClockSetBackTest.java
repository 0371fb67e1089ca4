// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import warren.agent.store.NodeFiles;
import warren.agent.store.SavedNode;
import warren.agent.store.StateDirectory;
import warren.cluster.Instance;
import warren.cluster.NodeContent;
import warren.cluster.NodeRecord;
import warren.control.InitRequest;
import warren.control.JoinRequest;
import warren.control.PeerStatus;
import warren.control.Status;

/// A node whose clock was ahead when its agent last started. Clocks cannot be set per namespace, so
/// the last start is moved instead: its record says that it was tomorrow.
///
///     wadcka 10.91.0.1 ──── wadckb 10.91.0.2
@Tag("root")
class ClockSetBackTest {
    @TempDir Path directory;

    private TestNode a;
    private TestNode b;

    @BeforeEach
    void plugTwoNodes() throws IOException {
        a = new TestNode("wadcka", directory);
        b = new TestNode("wadckb", directory);
        TestNode.run(
                "ip", "link", "add", "eth0", "netns", a.name(), "type", "veth", "peer", "name",
                "eth0", "netns", b.name());
        int host = 1;
        for (TestNode node : List.of(a, b)) {
            node.exec("ip", "addr", "add", "10.91.0." + host++ + "/24", "dev", "eth0");
            node.exec("ip", "link", "set", "eth0", "up");
            node.exec("ip", "link", "set", "lo", "up");
            node.start();
        }
        a.client().init(new InitRequest("a", null, List.of()));
        b.client().join(new JoinRequest(a.client().token().token(), "b", List.of()));
        Eventually.holds("a sees b", () -> state(a).equals("alive"));
    }

    @AfterEach
    void takeDown() throws IOException {
        try (TestNode _ = a;
                TestNode _ = b) {
            // closed in any case
        }
    }

    @Test
    void itSaysSoTakesANewKeyAndIsReached() throws IOException {
        String before = key(b);
        b.stop();
        startTomorrow();
        b.start();
        Eventually.holds("b has a new key", () -> !key(b).equals(before));
        List<String> problems = b.client().status().problems();
        assertTrue(
                problems.stream().anyMatch(it -> it.startsWith("this machine's clock is 2")),
                problems::toString);
        Eventually.holds(
                "a knows the new key and sees b",
                () -> peer(a).publicKey().equals(key(b)) && state(a).equals("alive"));
        Eventually.holds("they speak", () -> peer(a).path().equals("direct"));
        String after = key(b);
        b.stop();
        b.start();
        assertEquals(after, key(b), "the clock is right since then");
        assertNotEquals(before, after);
        assertEquals(List.of(), b.client().status().problems());
        Eventually.holds("a sees b", () -> state(a).equals("alive"));
    }

    private void startTomorrow() throws IOException {
        NodeFiles files =
                new NodeFiles(StateDirectory.open(directory.resolve(b.name() + "/var/lib/warren")));
        SavedNode saved = Objects.requireNonNull(files.load());
        NodeContent last = saved.own().content();
        long tomorrow = Instant.now().getEpochSecond() + 86_400;
        NodeContent moved =
                new NodeContent(
                        last.sequence() + 1,
                        Instance.draw(tomorrow, new java.util.Random(1)),
                        last.name(),
                        last.wireguardKey(),
                        null,
                        last.endpoints(),
                        last.joinPort(),
                        last.claims(),
                        last.dataPlanes(),
                        last.epochs());
        NodeRecord record = NodeRecord.sign(moved, saved.identity(), saved.cluster().id());
        files.saveRecords(saved.cluster(), record, saved.others());
    }

    private static PeerStatus peer(TestNode node) throws IOException {
        return node.client().peers().getFirst();
    }

    private static String state(TestNode node) throws IOException {
        return peer(node).state();
    }

    private static String key(TestNode node) throws IOException {
        Status status = node.client().status();
        return Objects.requireNonNull(status.node()).publicKey();
    }
}
