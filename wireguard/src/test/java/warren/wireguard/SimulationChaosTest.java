// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Hours in which everything goes wrong by turns, and after each turn must be well again: a spell
/// of trouble, then links that are good. From twelve seconds into the good spell packets flow
/// between all pairs, and from then on not one is lost.
final class SimulationChaosTest {
    private enum Trouble {
        NONE,
        JITTER,
        LOSS,
        MISERY,
        DUPLICATES,
        ONE_WAY_OUTAGE,
        OUTAGE,
        MOVE,
        RESTART,
        CLOCK_SET_BACK_AND_RESTART,
        LOAD,
        QUIET,
    }

    private static final long RECOVERY_SECONDS = 12;

    /// Seeds that once failed are added here for ever; the last is new each time.
    static List<Long> seeds() {
        return List.of(136L, System.nanoTime());
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void twoPeersSurviveSixHours(long seed) {
        survive(seed, 2, 360);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void fivePeersSurviveHalfAnHour(long seed) {
        survive(seed, 5, 30);
    }

    private static void survive(long seed, int size, int minutes) {
        SimNetwork network = new SimNetwork(seed, size);
        SimTraffic traffic = new SimTraffic(network);
        Trouble trouble = Trouble.NONE;
        try {
            while (network.now() < TimeUnit.MINUTES.toNanos(minutes)) {
                trouble = Trouble.values()[network.random.nextInt(Trouble.values().length)];
                SimNode victim = network.nodes.get(network.random.nextInt(size));
                begin(trouble, network, traffic, victim);
                network.run(5 + network.random.nextInt(200), TimeUnit.SECONDS);
                end(network, traffic);
                beWell(network);
            }
            traffic.stop();
            network.run(10, TimeUnit.MINUTES);
            for (SimNode node : network.nodes) {
                assertEquals(0, node.device().indices().size(), node + " leaks indices");
            }
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed + " after " + trouble + ": " + e, e);
        }
    }

    private static void begin(
            Trouble trouble, SimNetwork network, SimTraffic traffic, SimNode victim) {
        switch (trouble) {
            case NONE -> {}
            case JITTER -> network.setAllLinks(SimLink.JITTERY);
            case LOSS -> network.setAllLinks(SimLink.LOSSY);
            case MISERY -> network.setAllLinks(SimLink.AWFUL);
            case DUPLICATES -> network.setAllLinks(SimLink.DUPLICATING);
            case ONE_WAY_OUTAGE -> cutFrom(network, victim);
            case OUTAGE -> network.setAllLinks(SimLink.DOWN);
            case MOVE -> victim.moveUnderlay();
            case RESTART -> victim.start();
            case CLOCK_SET_BACK_AND_RESTART -> {
                victim.setWallClockBy(-network.random.nextInt(1_000_000));
                victim.start();
            }
            case LOAD -> network.nodes.forEach(node -> node.setUnderLoad(true));
            case QUIET -> traffic.stop();
        }
    }

    private static void end(SimNetwork network, SimTraffic traffic) {
        network.setAllLinks(SimLink.GOOD);
        network.nodes.forEach(node -> node.setUnderLoad(false));
        traffic.resume();
    }

    private static void cutFrom(SimNetwork network, SimNode victim) {
        for (SimNode other : network.nodes) {
            network.setLink(victim, other, SimLink.DOWN);
        }
    }

    private static void beWell(SimNetwork network) {
        long began = network.now();
        network.run(RECOVERY_SECONDS, TimeUnit.SECONDS);
        for (SimNode from : network.nodes) {
            for (SimNode to : network.nodes) {
                if (from != to && !network.witness.deliveredSince(from, to, began)) {
                    throw new AssertionError("no packet from " + from + " to " + to);
                }
            }
        }
        long well = network.now();
        network.run(5 + network.random.nextInt(300), TimeUnit.SECONDS);
        long end = network.now();
        network.run(1, TimeUnit.SECONDS);
        network.witness.checkAllDelivered(well, end);
    }
}
