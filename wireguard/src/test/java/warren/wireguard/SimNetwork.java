// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/// An underlay in memory with a clock of its own: nodes, the links between them, and everything
/// that is yet to happen. One thread, one random source: a seed always gives the same run.
final class SimNetwork {
    private record Event(long atNanos, long order, Runnable action) {}

    final Random random;
    final SimWitness witness;
    final List<SimNode> nodes = new ArrayList<>();

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(
                    Comparator.comparingLong(Event::atNanos).thenComparingLong(Event::order));
    private final Map<IpAddress, SimNode> everSeenAt = new HashMap<>();
    private final SimLink[][] links;
    private long nowNanos;
    private long order;

    /// Nodes that all know each other's keys and addresses.
    SimNetwork(long seed, int size) {
        this.random = new Random(seed);
        this.witness = new SimWitness(this);
        this.links = new SimLink[size][size];
        setAllLinks(SimLink.GOOD);
        for (int i = 0; i < size; i++) {
            nodes.add(new SimNode(this, i));
        }
        nodes.forEach(SimNode::start);
    }

    long now() {
        return nowNanos;
    }

    void after(long delayNanos, Runnable action) {
        events.add(new Event(nowNanos + delayNanos, order++, action));
    }

    void run(long duration, TimeUnit unit) {
        long end = nowNanos + unit.toNanos(duration);
        for (Event next = events.peek();
                next != null && next.atNanos <= end;
                next = events.peek()) {
            events.remove();
            nowNanos = next.atNanos;
            next.action.run();
        }
        nowNanos = end;
    }

    void setAllLinks(SimLink link) {
        for (SimLink[] row : links) {
            Arrays.fill(row, link);
        }
    }

    /// One direction only.
    void setLink(SimNode from, SimNode to, SimLink link) {
        links[from.number][to.number] = link;
    }

    /// Addresses are never given to a second node, so the witness knows whom a datagram was for.
    void occupy(IpAddress address, SimNode node) {
        SimNode before = everSeenAt.put(address, node);
        if (before != null && before != node) {
            throw new IllegalStateException(address + " was another node's");
        }
    }

    void send(SimNode from, Endpoint to, byte[] datagram) {
        SimNode target = everSeenAt.get(to.address());
        if (target == null) {
            throw new AssertionError(from + " sends to " + to + ", where nobody ever was");
        }
        if (to.source() != null && !to.source().equals(from.underlay())) {
            throw new AssertionError(from + " sends from " + to.source() + ", which it lost");
        }
        witness.onWire(from, target, datagram);
        SimLink link = links[from.number][target.number];
        if (random.nextDouble() < link.loss()) {
            return;
        }
        int copies = random.nextDouble() < link.duplicates() ? 2 : 1;
        Endpoint source = new Endpoint(from.underlay(), 51820, 0, to.address(), 1);
        for (int i = 0; i < copies; i++) {
            long spread = link.maxDelayNanos() - link.minDelayNanos();
            long delay = link.minDelayNanos() + (spread == 0 ? 0 : random.nextLong(spread));
            after(delay, () -> arrive(target, to.address(), source, datagram));
        }
    }

    private void arrive(SimNode target, IpAddress at, Endpoint source, byte[] datagram) {
        if (target.underlay().equals(at)) {
            target.receive(source, datagram);
        }
    }
}
