// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import warren.wireguard.IpAddress;

final class MembershipTest {
    private static final int NODES = 12;

    private final Identity self = Nodes.identity(1);
    private final MemberEntry own =
            new MemberEntry(Nodes.record(self, "own", 1), MemberState.ALIVE, 1, 0);
    private final GossipContext context =
            GossipContext.of(
                    Nodes.CLUSTER,
                    own,
                    new GossipSeal(self, List.of(Nodes.secret(1))),
                    new Silent(),
                    new Random(1));
    private final Membership membership =
            new Membership(context, new RecordJudge(Nodes.CLUSTER), new Anybody());
    private final List<NodeRecord> others = new ArrayList<>();

    MembershipTest() {
        for (int i = 0; i < NODES; i++) {
            NodeRecord record = Nodes.record(Nodes.identity(10 + i), "n" + i, 1);
            others.add(record);
            membership.learn(new KnownNode(record, MemberState.ALIVE, 1), self.id(), true, 0);
        }
    }

    /// Suspected, acquitted by a later incarnation, dead in their time, and expelled, in any order.
    @Test
    void theListOfSuspectsHoldsExactlyThoseThatAreSuspect() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        long now = 0;
        for (int step = 0; step < 5000; step++) {
            now += GossipLayout.MILLISECOND * random.nextInt(300);
            NodeRecord about = others.get(random.nextInt(NODES));
            MemberEntry entry = context.roster().get(about.id());
            if (entry == null) {
                int back = 1 + random.nextInt(9);
                membership.learn(
                        new KnownNode(about, MemberState.ALIVE, back), self.id(), true, now);
            } else if (random.nextInt(20) == 0) {
                membership.expel(about.id());
            } else {
                boolean alive = random.nextBoolean();
                int incarnation = Math.min(60_000, entry.incarnation + (alive ? 1 : 0));
                MemberState state = alive ? MemberState.ALIVE : MemberState.SUSPECT;
                NodeId by = others.get(random.nextInt(NODES)).id();
                membership.apply(
                        new GossipUpdate.State(about.id(), state, 1, incarnation, by), now);
            }
            context.timers().run(now);
            Set<NodeId> suspect = new HashSet<>();
            for (MemberEntry each : context.roster().all()) {
                if (each.state == MemberState.SUSPECT) {
                    suspect.add(each.id);
                }
            }
            List<NodeId> listed = membership.suspects().stream().map(each -> each.id).toList();
            String when = "seed " + seed + ", step " + step;
            assertEquals(suspect, new HashSet<>(listed), when);
            assertEquals(suspect.size(), listed.size(), when);
        }
    }

    private static final class Anybody implements Membership.Watcher {
        @Override
        public void rumoured() {
            // nothing is sent
        }

        @Override
        public boolean admits(NodeId id, NodeId by) {
            return true;
        }

        @Override
        public boolean isTogether(long nowNanos) {
            return true;
        }

        @Override
        public void appeared(MemberEntry entry) {
            // nobody is greeted
        }
    }

    private static final class Silent implements Gossip.Outbox {
        @Override
        public void send(NodeId to, IpAddress address, byte[] payload) {
            throw new AssertionError("membership sends nothing");
        }

        @Override
        public void on(GossipEvent event) {
            // nobody listens
        }
    }
}
