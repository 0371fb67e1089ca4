// SPDX-License-Identifier: Apache-2.0
package warren.systemtest;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import warren.control.PeerStatus;

/// Many nodes on one segment, each with one container `c`, and what can happen to all of them.
/// Nodes are numbered from 0; node `i` is host `i + 1` of the [Lan].
final class NodeGroup implements AutoCloseable {
    /// A hundred JVMs that start on a few cores get in each other's way: only so many at once.
    private static final int AT_ONCE = 2;

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Lan lan = new Lan();
    private final List<WarrenNode> nodes = new ArrayList<>();
    private final Map<Integer, String> containers = new TreeMap<>();

    NodeGroup(int count) {
        for (int i = 0; i < count; i++) {
            nodes.add(new WarrenNode("n" + (i + 1), lan, i + 1));
        }
    }

    List<WarrenNode> nodes() {
        return nodes;
    }

    int size() {
        return nodes.size();
    }

    /// Inits the first node; the others join through it.
    void form() {
        nodes.getFirst().init();
        String token = nodes.getFirst().warren("token").orFail().out();
        forEach(
                nodes.subList(1, size()),
                node -> {
                    launch(node);
                    Await.until(
                            node.machine().name() + " joins",
                            PATIENCE,
                            () -> joins(node, token),
                            node::log);
                });
    }

    /// One attempt: a seed on a machine that starts a hundred JVMs may be too slow for it.
    private boolean joins(WarrenNode node, String token) {
        Command.Result join =
                node.warrenReading(token, "join", "-", "--name", node.machine().name());
        if (join.exit() != 0) {
            System.out.println("tried again: " + join.err().strip());
        }
        return join.exit() == 0;
    }

    /// Attaches a container on every node, with an address of the node's own block.
    void attachContainers() {
        forEach(
                nodes,
                node -> {
                    node.machine().sh("ip netns add c && ip -n c link set lo up");
                    node.warren("attach", "c", "--netns", "/run/netns/c").orFail();
                });
        for (int i = 0; i < size(); i++) {
            containers.put(i, address(nodes.get(i)));
        }
    }

    /// The address of the node's container, as its agent says.
    static String address(WarrenNode node) {
        try {
            return node.control().status().containers().getFirst().address();
        } catch (IOException e) {
            throw new AssertionError(node.machine().name() + " gives no status", e);
        }
    }

    String containerOf(int node) {
        return containers.get(node);
    }

    /// Ends agent and tunnel of a node with SIGKILL.
    void kill(int node) {
        Machine machine = nodes.get(node).machine();
        for (Footprint.Role role : Footprint.Role.values()) {
            Footprint.find(machine, role)
                    .ifPresent(pid -> Command.run("kill", "-KILL", Long.toString(pid)));
        }
        Await.until(
                "end of " + machine.name(),
                PATIENCE,
                () ->
                        Footprint.find(machine, Footprint.Role.AGENT).isEmpty()
                                && Footprint.find(machine, Footprint.Role.TUNNEL).isEmpty());
    }

    /// Starts the agents of nodes that were killed.
    void start(Collection<WarrenNode> some) {
        forEach(some, NodeGroup::launch);
    }

    private static void launch(WarrenNode node) {
        node.launchAgent();
        Await.until(
                "agent of " + node.machine().name() + " answers",
                PATIENCE,
                () -> answers(node),
                node::log);
    }

    private static boolean answers(WarrenNode node) {
        try {
            node.control().status();
            return true;
        } catch (IOException _) {
            return false; // not yet
        }
    }

    /// Drops, on the underlay and in both directions, what the first half sends to the second.
    void cutHalves() {
        int half = size() / 2;
        String rules =
                """
                nft -f - <<'RULES'
                table inet cut {
                  chain in { type filter hook input priority 0
                    ip saddr 10.9.0.%1$d-10.9.0.%2$d drop;
                    ip6 saddr fd09::%1$x-fd09::%2$x drop; }
                  chain out { type filter hook output priority 0
                    ip daddr 10.9.0.%1$d-10.9.0.%2$d drop;
                    ip6 daddr fd09::%1$x-fd09::%2$x drop; }
                }
                RULES
                """
                        .formatted(half + 1, size());
        nodes.subList(0, half).forEach(node -> node.machine().sh(rules));
    }

    void healHalves() {
        nodes.subList(0, size() / 2)
                .forEach(node -> node.machine().sh("nft delete table inet cut"));
    }

    /// Waits until every node of `who` sees peer number `j` in the state that `expected` says, for
    /// all `j` but itself.
    ///
    /// @param expected whether node number `i` may stop waiting with this view: state by number
    Duration awaitViews(
            String what, List<Integer> who, BiPredicate<Integer, Map<Integer, String>> expected) {
        long start = System.nanoTime();
        List<Integer> left = new ArrayList<>(who);
        Await.until(
                what,
                PATIENCE,
                () -> {
                    left.removeIf(i -> expected.test(i, view(i)));
                    return left.isEmpty();
                },
                () -> "still missing: " + left + " first sees " + view(left.getFirst()));
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /// Waits until all see all alive.
    Duration awaitAllSeeAll() {
        return awaitViews(
                "all see all alive",
                IntStream.range(0, size()).boxed().toList(),
                (_, view) ->
                        view.size() == size() - 1
                                && view.values().stream().allMatch("alive"::equals));
    }

    /// The states in which node `i` sees the others, by number; empty where it does not answer.
    Map<Integer, String> view(int i) {
        Map<Integer, String> view = new TreeMap<>();
        try {
            for (PeerStatus peer : nodes.get(i).control().peers()) {
                int number = Integer.parseInt(peer.name().substring(1)) - 1;
                // An attempt to join that ended too early may have left a node that never was.
                view.merge(number, peer.state(), (one, other) -> alive(one) ? one : other);
            }
        } catch (IOException _) {
            // Its agent is still starting.
        }
        return view;
    }

    private static boolean alive(String state) {
        return "alive".equals(state);
    }

    /// Pings from each container of `from` to those that lie one, and about a third and a half of
    /// the circle further in `to`, until each has answered.
    void awaitPings(List<Integer> from, List<Integer> to) {
        forEach(
                from,
                i -> {
                    int at = to.indexOf(i);
                    for (int step : new int[] {1, to.size() / 3 + 1, to.size() / 2 + 1}) {
                        int other = to.get(Math.floorMod(at + step, to.size()));
                        if (other != i) {
                            nodes.get(i).awaitPing("c", containers.get(other));
                        }
                    }
                });
    }

    boolean reaches(int from, int to) {
        String address = containers.get(to);
        return nodes.get(from).inContainer("c", "ping", "-c1", "-W1", address).exit() == 0;
    }

    private static <T> void forEach(Collection<T> all, Consumer<T> action) {
        try (ExecutorService workers = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<?>> running = new ArrayList<>();
            all.forEach(each -> running.add(workers.submit(() -> action.accept(each))));
            for (Future<?> each : running) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        nodes.forEach(WarrenNode::close);
        lan.close();
    }
}
