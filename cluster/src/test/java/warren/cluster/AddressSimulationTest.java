// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import warren.cluster.AddressPlan.Allocation;
import warren.wireguard.IpAddress;

/// Address plans over real gossip cores: each node does every half second what an agent does in a
/// pass. A small network makes quarrels frequent.
final class AddressSimulationTest {
    private static final long SECOND = MemoryCluster.SECOND;
    private static final OverlayNetwork SMALL = OverlayNetwork.parse("10.9.0.0/24");

    /// One node's plan and what it takes for isolated.
    private static final class Addresses {
        final MemoryNode node;
        AddressPlan plan;
        Set<IpAddress> isolated = Set.of();

        Addresses(MemoryNode node, long seed) {
            this.node = node;
            this.plan = new AddressPlan(SMALL, node.id(), new Random(seed));
        }

        void pass(long nowNanos) {
            if (!node.isRunning()) {
                return;
            }
            List<Member> others = node.gossip().members();
            Set<IpAddress> lost = new HashSet<>();
            plan.resolve(others, nowNanos).forEach(conflict -> lost.add(conflict.address()));
            isolated = lost;
            plan.prepare(others, nowNanos);
            publish();
        }

        Allocation allocate(String name, IpAddress wanted, long nowNanos) {
            Allocation result = plan.allocate(name, wanted, node.gossip().members(), nowNanos);
            publish();
            return result;
        }

        void publish() {
            if (!node.gossip().own().content().claims().equals(plan.claims())) {
                node.claim(plan.claims().toArray(new Claim[0]));
            }
        }
    }

    private final List<Addresses> all = new ArrayList<>();
    private MemoryCluster cluster;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void afterAPartitionNoAddressIsInUseOnTwoNodesAndNoneWasGivenUp(long seed) {
        form(seed, 8);
        Random random = new Random(seed);
        churn(random, 15);
        Set<MemoryNode> half = new HashSet<>(cluster.nodes().subList(0, 4));
        cluster.connect((one, other) -> half.contains(one) == half.contains(other));
        churn(random, 40);
        Map<String, IpAddress> before = new HashMap<>();
        cluster.connect((_, _) -> true);
        all.forEach(
                each ->
                        each.plan
                                .allocations()
                                .forEach((name, ip) -> before.put(each.node + " " + name, ip)));
        settle(60);

        Set<IpAddress> inUse = new HashSet<>();
        int conflicts = 0;
        for (Addresses each : all) {
            for (Map.Entry<String, IpAddress> entry : each.plan.allocations().entrySet()) {
                String container = each.node + " " + entry.getKey();
                assertEquals(before.get(container), entry.getValue(), container + trace(seed));
                if (each.isolated.contains(entry.getValue())) {
                    conflicts++;
                } else {
                    assertTrue(inUse.add(entry.getValue()), container + trace(seed));
                }
            }
        }
        assertEquals(before.size(), inUse.size() + conflicts, "each conflict isolates one");
        for (IpAddress address : new HashSet<>(before.values())) {
            assertTrue(inUse.contains(address), address + " is isolated everywhere" + trace(seed));
        }
        assertOwnersAreClear(seed);
    }

    @Test
    void askingForAddressesInUseNeverIsolatesTheirUsers() {
        form(3, 6);
        Random random = new Random(3);
        churn(random, 10);
        for (int round = 0; round < 200; round++) {
            Addresses victim = all.get(random.nextInt(all.size()));
            Addresses thief = all.get(random.nextInt(all.size()));
            List<IpAddress> inUse = List.copyOf(victim.plan.allocations().values());
            if (thief == victim || inUse.isEmpty()) {
                continue;
            }
            IpAddress wanted = inUse.get(random.nextInt(inUse.size()));
            Allocation first = thief.allocate("thief" + round, wanted, cluster.now());
            if (first instanceof Allocation.Wait(long until)) {
                settleUntil(until);
                Allocation again = thief.allocate("thief" + round, wanted, cluster.now());
                assertTrue(again instanceof Allocation.Refused, again + trace(3));
            }
            all.forEach(each -> assertEquals(Set.of(), each.isolated, trace(3)));
        }
    }

    @Test
    void aTotalRestartKeepsEveryAddressAndEveryClaim() {
        form(9, 6);
        Random random = new Random(9);
        churn(random, 20);
        settle(10);
        Map<MemoryNode, List<Claim>> before = new HashMap<>();
        for (Addresses each : all) {
            before.put(each.node, holding(each));
            byte[] file = each.plan.toBytes();
            each.node.crash();
            each.plan = AddressPlan.parse(file, SMALL, each.node.id(), random);
        }
        cluster.run(5 * SECOND);
        List<Addresses> order = new ArrayList<>(all);
        Collections.shuffle(order, random);
        for (Addresses each : order) {
            each.node.start();
            settle(3);
        }
        settle(30);
        assertTrue(cluster.allAgree(), trace(9));
        for (Addresses each : all) {
            assertEquals(before.get(each.node), holding(each), trace(9));
            assertEquals(Set.of(), each.isolated, trace(9));
        }
    }

    /// Its claims without those that are questions, which nobody asks again after a restart.
    private static List<Claim> holding(Addresses each) {
        return each.plan.claims().stream().filter(claim -> !claim.asked()).toList();
    }

    private void form(long seed, int nodes) {
        cluster = new MemoryCluster(seed);
        cluster.form(nodes);
        for (MemoryNode node : cluster.nodes()) {
            all.add(new Addresses(node, seed * 1000 + all.size()));
        }
        settle(10);
    }

    /// Seconds in which containers come, with and without a wish, and go.
    private void churn(Random random, int seconds) {
        for (int step = 0; step < 2 * seconds; step++) {
            cluster.run(SECOND / 2);
            for (Addresses each : all) {
                each.pass(cluster.now());
                String name = "c" + random.nextInt(6);
                switch (random.nextInt(4)) {
                    case 0 -> each.plan.release(name);
                    case 1 -> each.allocate(name, null, cluster.now());
                    default -> {
                        IpAddress wanted =
                                IpAddress.v4((10 << 24) + (9 << 16) + random.nextInt(64));
                        each.allocate(name, wanted, cluster.now());
                    }
                }
                each.publish();
            }
        }
    }

    private void settle(int seconds) {
        settleUntil(cluster.now() + seconds * SECOND);
    }

    private void settleUntil(long untilNanos) {
        while (cluster.now() < untilNanos) {
            cluster.run(SECOND / 2);
            all.forEach(each -> each.pass(cluster.now()));
        }
    }

    /// Every address in use is covered by exactly one firm claim that decides, its user's.
    private void assertOwnersAreClear(long seed) {
        for (Addresses each : all) {
            for (IpAddress address : each.plan.allocations().values()) {
                if (!each.isolated.contains(address)) {
                    assertEquals(each.node, decides(address), address + trace(seed));
                }
            }
        }
    }

    /// As routes decide: the longest prefix, then the better right.
    private MemoryNode decides(IpAddress address) {
        MemoryNode best = null;
        Claim bestClaim = null;
        for (Addresses each : all) {
            for (Claim claim : each.plan.claims()) {
                if (!claim.asked() && claim.prefix().contains(address)) {
                    int longer =
                            bestClaim == null
                                    ? 1
                                    : claim.prefix().length() - bestClaim.prefix().length();
                    boolean better =
                            longer > 0
                                    || (longer == 0
                                            && Right.of(claim, each.node.id())
                                                    .beats(Right.of(bestClaim, best.id())));
                    if (better) {
                        best = each.node;
                        bestClaim = claim;
                    }
                }
            }
        }
        return best;
    }

    private String trace(long seed) {
        return "; seed " + seed + "\n" + cluster.trace();
    }
}
