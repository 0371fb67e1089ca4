// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import warren.wireguard.IpAddress;

/// A cluster in one thread on a virtual clock: real gossip cores and real join exchanges over a
/// network that loses, delays, reorders and divides as told. Deterministic by its seed;
/// [#trace()] says what happened last.
public final class MemoryCluster {
    public static final long SECOND = 1_000_000_000L;

    private static final int TRACE_LENGTH = 200;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Arrival(long atNanos, long number, MemoryNode to, IpAddress from, byte[] bytes)
            implements Comparable<Arrival> {
        @Override
        public int compareTo(Arrival other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private final Random random;
    private final ClusterSecret secret;
    private final List<MemoryNode> nodes = new ArrayList<>();
    private final Map<IpAddress, MemoryNode> byAddress = new HashMap<>();
    private final PriorityQueue<Arrival> arrivals = new PriorityQueue<>();
    private final Map<NodeRecord, Boolean> verified = new HashMap<>();
    private final Deque<String> trace = new ArrayDeque<>();
    private long nowNanos = 7 * SECOND;
    private long sent;
    private long sentBytes;
    private int largest;
    private double loss;
    private BiPredicate<MemoryNode, MemoryNode> connected = (_, _) -> true;

    public MemoryCluster(long seed) {
        this.random = new Random(seed);
        this.secret = ClusterSecret.random(random);
        trace("seed " + seed);
    }

    public long now() {
        return nowNanos;
    }

    public Random random() {
        return random;
    }

    public ClusterSecret secret() {
        return secret;
    }

    public List<MemoryNode> nodes() {
        return nodes;
    }

    public long sent() {
        return sent;
    }

    public long sentBytes() {
        return sentBytes;
    }

    public int largestDatagram() {
        return largest;
    }

    public void loss(double share) {
        loss = share;
    }

    /// Which datagrams (and join exchanges) get through at all.
    public void connect(BiPredicate<MemoryNode, MemoryNode> rule) {
        connected = rule;
    }

    public boolean isConnected(MemoryNode from, MemoryNode to) {
        return connected.test(from, to);
    }

    /// A new node that has not joined anybody yet.
    public MemoryNode boot() {
        MemoryNode node = new MemoryNode(this, "n" + nodes.size(), Identity.generate(random));
        nodes.add(node);
        byAddress.put(node.address(), node);
        node.start();
        return node;
    }

    /// The first node, and `size - 1` that join one after the other, at any member.
    public void form(int size) {
        boot();
        while (nodes.size() < size) {
            MemoryNode at = nodes.get(random.nextInt(nodes.size()));
            boot().join(at);
            run(SECOND / 10);
        }
    }

    public void run(long nanos) {
        runUntil(nowNanos + nanos, () -> false);
    }

    /// Runs until the condition holds, looked at every 50 virtual milliseconds.
    ///
    /// @return how long it took; -1 where it does not within `most`
    public long runUntilTrue(long mostNanos, BooleanSupplier condition) {
        long start = nowNanos;
        while (nowNanos - start <= mostNanos) {
            if (condition.getAsBoolean()) {
                return nowNanos - start;
            }
            run(SECOND / 20);
        }
        return -1;
    }

    /// Whether every running node sees exactly these states: each running node alive, each
    /// stopped one dead or left.
    public boolean allAgree() {
        for (MemoryNode node : nodes) {
            if (node.isRunning() && !node.seesAll(nodes)) {
                return false;
            }
        }
        return true;
    }

    /// Verifies each record once for all nodes: one verification costs half a millisecond.
    boolean isGenuine(NodeRecord record) {
        return verified.computeIfAbsent(record, it -> it.isSignedFor(Nodes.CLUSTER));
    }

    public String trace() {
        return String.join("\n", trace);
    }

    void trace(String what) {
        trace.add(nowNanos / 1_000_000 + " ms " + what);
        if (trace.size() > TRACE_LENGTH) {
            trace.remove();
        }
    }

    void send(MemoryNode from, IpAddress address, byte[] bytes) {
        sent++;
        sentBytes += bytes.length;
        largest = Math.max(largest, bytes.length);
        MemoryNode to = byAddress.get(address);
        if (to == null || !connected.test(from, to) || random.nextDouble() < loss) {
            return;
        }
        long delay = SECOND / 1000 + random.nextLong(SECOND / 50);
        arrivals.add(new Arrival(nowNanos + delay, sent, to, from.address(), bytes));
    }

    private void runUntil(long endNanos, BooleanSupplier stop) {
        while (!stop.getAsBoolean()) {
            long next = endNanos;
            for (MemoryNode node : nodes) {
                next = Math.min(next, Math.max(nowNanos, node.nextDeadline(endNanos)));
            }
            Arrival first = arrivals.peek();
            boolean arrival = first != null && first.atNanos <= next;
            nowNanos = arrival ? first.atNanos : next;
            if (arrival) {
                arrivals.remove();
                first.to.receive(first.from, first.bytes);
            } else if (next == endNanos) {
                return;
            } else {
                nodes.forEach(MemoryNode::tick);
            }
        }
    }
}
