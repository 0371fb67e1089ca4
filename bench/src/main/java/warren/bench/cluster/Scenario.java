// SPDX-License-Identifier: Apache-2.0
package warren.bench.cluster;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import warren.cluster.MemoryCluster;
import warren.cluster.MemoryNode;

/// What is measured of one simulated cluster, each scenario on a cluster of its own.
final class Scenario {
    static final long SECOND = MemoryCluster.SECOND;

    /// Long enough for every ring session to be there and every rumour to have died down.
    private static final long SETTLE = 40 * SECOND;

    private static final long PATIENCE = 300 * SECOND;

    /// All sessions between the halves are gone when the link returns.
    private static final long PARTITION = 240 * SECOND;

    private final int size;
    private final long seed;

    Scenario(int size, long seed) {
        this.size = size;
        this.seed = seed;
    }

    /// Seconds from the first packet of a newcomer, join exchange included, until all see all;
    /// negative where they never did. The newcomer verifies every signature.
    double oneJoins() {
        MemoryCluster cluster = settled(size - 1);
        MemoryNode at = any(cluster, size - 1);
        MemoryNode newcomer = cluster.bootStranger();
        long started = cluster.now();
        newcomer.joinInTime(at);
        double joined = (double) (cluster.now() - started) / SECOND;
        double agreed = until(cluster);
        return agreed < 0 ? agreed : joined + agreed;
    }

    /// Seconds until all see all after all agents and machines have stopped and come back within
    /// ten seconds, in any order, from the state on their disks.
    double allRestart() {
        MemoryCluster cluster = settled(size);
        cluster.nodes().forEach(MemoryNode::lose);
        cluster.run(30 * SECOND);
        List<MemoryNode> order = new ArrayList<>(cluster.nodes());
        Collections.shuffle(order, new Random(seed));
        for (MemoryNode node : order) {
            node.start();
            cluster.run(10 * SECOND / size);
        }
        return until(cluster);
    }

    /// Seconds until all know that a machine has stopped.
    double oneCrashes() {
        MemoryCluster cluster = settled(size);
        any(cluster, size).lose();
        return until(cluster);
    }

    /// Seconds until all see all after the link between two halves has returned.
    double halvesHeal() {
        MemoryCluster cluster = settled(size);
        cluster.connect((a, b) -> a.index() % 2 == b.index() % 2);
        cluster.run(PARTITION);
        cluster.connect((_, _) -> true);
        return until(cluster);
    }

    /// What an idle cluster costs.
    ///
    /// @param bytes payload of datagrams a node sends a second
    /// @param handshakes that come about, a node a second
    /// @param cpuMillis of the core, a node a virtual second, all of the simulation included
    record Idle(double bytes, double handshakes, double cpuMillis) {}

    Idle idle(int seconds) {
        MemoryCluster cluster = settled(size);
        cluster.run(120 * SECOND);
        long bytes = cluster.sentBytes();
        long handshakes = cluster.handshakes();
        long started = System.nanoTime();
        cluster.run(seconds * SECOND);
        double per = (double) size * seconds;
        return new Idle(
                (cluster.sentBytes() - bytes) / per,
                (cluster.handshakes() - handshakes) / per,
                (System.nanoTime() - started) / 1e6 / per);
    }

    /// How often a node that runs was declared dead, while one packet in twenty is lost.
    long falseDeaths(int seconds) {
        MemoryCluster cluster = settled(size);
        cluster.loss(0.05);
        cluster.run(seconds * SECOND);
        return cluster.falseDeaths();
    }

    private MemoryCluster settled(int nodes) {
        MemoryCluster cluster = new MemoryCluster(seed);
        cluster.verifies(size <= 200);
        cluster.populate(nodes);
        cluster.run(SETTLE);
        if (!cluster.allAgree()) {
            throw new IllegalStateException("not settled: " + cluster.explain());
        }
        return cluster;
    }

    private MemoryNode any(MemoryCluster cluster, int among) {
        return cluster.nodes().get(new Random(seed).nextInt(among));
    }

    private double until(MemoryCluster cluster) {
        long nanos = cluster.runUntilTrue(PATIENCE, cluster::allAgree);
        if (nanos < 0) {
            System.err.println(cluster.explain());
        }
        return nanos < 0 ? -1 : (double) nanos / SECOND;
    }

    /// Each ring session is renewed every 120 s by one of its two ends; and every ten seconds a
    /// node compares notes, one time in four with any node, which is rarely on its ring.
    static double handshakesComputed(int size) {
        double ring = Math.min(12, size - 1);
        double others = size - 1 - ring;
        return ring / 120 / 2 + others / (size - 1) / 4 / 10;
    }
}
