// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import warren.wireguard.IpAddress;

/// A cluster in one thread on a virtual clock: real gossip cores and real join exchanges over
/// simulated WireGuard tunnels ([MemoryTunnel]) and a network that loses, delays, reorders and
/// divides as told. Deterministic by its seed; [#trace()] says what happened last.
///
/// Made for thousands: members share records, what was parsed and what was verified. A test
/// that looks for what all know asks [#allAgree()], which costs nothing.
public final class MemoryCluster {
    public static final long SECOND = 1_000_000_000L;

    /// Nodes up to which joins use the real exchange: each is several milliseconds of
    /// cryptography.
    private static final int REAL_JOINS = 200;

    private record Event(long atNanos, long number, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private final long seed;
    private final Random random;
    private final ClusterSecret secret;
    private final List<MemoryNode> nodes = new ArrayList<>();
    private final Map<IpAddress, MemoryNode> byAddress = new HashMap<>();
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Judge judge = new Judge();
    private final MemoryTrace trace = new MemoryTrace();
    private long nowNanos = 7 * SECOND;
    private long scheduled;
    private long sent;
    private long sentBytes;
    private final long[] bytesByType = new long[16];
    private int largest;
    private double loss;
    private long minDelayNanos = SECOND / 1000;
    private long delaySpreadNanos = SECOND / 50;
    private BiPredicate<MemoryNode, MemoryNode> connected = (_, _) -> true;
    private BiPredicate<MemoryNode, byte[]> says = (_, _) -> true;
    private boolean verifies = true;
    private long falseDeaths;

    /// Pairs of a running node and another one whose state it sees wrongly.
    private long wrong;

    public MemoryCluster(long seed) {
        this.seed = seed;
        this.random = new Random(seed);
        this.secret = ClusterSecret.random(random);
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

    /// Payload of all gossip datagrams.
    public long sentBytes() {
        return sentBytes;
    }

    /// The part of [#sentBytes()] that one type of message makes.
    public long sentBytes(int type) {
        return bytesByType[type];
    }

    public int largestDatagram() {
        return largest;
    }

    /// How often a running node that could be reached was declared dead.
    public long falseDeaths() {
        return falseDeaths;
    }

    /// Sessions that came about in all tunnels.
    public long handshakes() {
        long sum = 0;
        for (MemoryNode node : nodes) {
            sum += node.tunnel().handshakes();
        }
        return sum;
    }

    public void loss(double share) {
        loss = share;
    }

    /// Whether signatures are really verified, each record once for all members, and datagrams
    /// carry MACs. Large runs leave it out: half a millisecond each, and a third of their time.
    /// Before the first node.
    public void verifies(boolean really) {
        verifies = really;
    }

    /// Which packets (and join exchanges) get through at all; asymmetric where a link is
    /// one-way.
    public void connect(BiPredicate<MemoryNode, MemoryNode> rule) {
        connected = rule;
    }

    /// Which datagrams nodes send at all: a hostile one keeps some to itself.
    void says(BiPredicate<MemoryNode, byte[]> rule) {
        says = rule;
    }

    boolean says(MemoryNode node, byte[] payload) {
        return says.test(node, payload);
    }

    public boolean isConnected(MemoryNode from, MemoryNode to) {
        return connected.test(from, to);
    }

    /// A new node that has not joined anybody yet.
    public MemoryNode boot() {
        MemoryNode node = add(judge);
        node.start();
        return node;
    }

    /// A new node that verifies every signature itself, whatever [#verifies] says.
    public MemoryNode bootStranger() {
        MemoryNode node = add(new RecordJudge(Nodes.CLUSTER));
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

    /// `size` nodes that know and have installed each other, without the joins that lead there;
    /// their tunnels have no sessions yet.
    public void populate(int size) {
        for (int i = 0; i < size; i++) {
            add(judge).start();
        }
        List<KnownNode> all = new ArrayList<>();
        for (MemoryNode node : nodes) {
            all.add(new KnownNode(node.gossip().own(), MemberState.ALIVE, 1));
        }
        all.sort((a, b) -> a.record().id().compareTo(b.record().id()));
        for (MemoryNode node : nodes) {
            node.gossip().learn(all, nowNanos);
            nodes.forEach(node.tunnel()::install);
            node.settle();
        }
    }

    private MemoryNode add(RecordJudge by) {
        int index = nodes.size();
        MemoryNode node = new MemoryNode(this, index, Identity.generate(random), by);
        nodes.add(node);
        byAddress.put(node.address(), node);
        wrong += running() - (node.isRunning() ? 1 : 0); // nobody has seen it stopped, or gone
        return node;
    }

    /// Whether joins are to use the real exchange.
    boolean joinsReally() {
        return nodes.size() <= REAL_JOINS;
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
        return wrong == 0;
    }

    /// How many views of one node by another are not as [#allAgree()] wants them.
    public long disagreements() {
        return wrong;
    }

    /// Whether all running nodes hold the same records of all running nodes.
    public boolean recordsAgree() {
        for (MemoryNode node : nodes) {
            for (MemoryNode other : nodes) {
                if (node != other && node.isRunning() && other.isRunning()) {
                    Member seen = node.gossip().member(other.id());
                    if (seen == null || !seen.record().equals(other.gossip().own())) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /// The seed, what happened last, and the last messages of these nodes.
    public String trace(MemoryNode... concerned) {
        return "seed " + seed + "\n" + trace.text(Arrays.asList(concerned));
    }

    /// The seed, some of the nodes that see things wrongly, and their last messages.
    public String explain() {
        StringBuilder text = new StringBuilder(wrong + " wrong views\n");
        List<MemoryNode> concerned = new ArrayList<>();
        for (MemoryNode node : nodes) {
            MemoryNode other = node.isRunning() ? node.seenWrongly(nodes) : null;
            if (other != null && concerned.size() < 4) {
                text.append(node).append(" sees ").append(other).append(' ');
                text.append(node.stateOf(other)).append('\n');
                concerned.add(node);
                concerned.add(other);
            }
        }
        return text + trace(concerned.toArray(MemoryNode[]::new));
    }

    void note(String what) {
        trace.note(nowNanos, what);
    }

    /// A node's view of another has become right or wrong.
    void viewChanged(boolean right) {
        wrong += right ? -1 : 1;
    }

    void diedFalsely(MemoryNode by, MemoryNode who) {
        falseDeaths++;
        note(by + " declares " + who + " dead, which is not");
    }

    RecordJudge judge() {
        return judge;
    }

    GossipSeal seal(Identity identity) {
        List<ClusterSecret> secrets = List.of(secret);
        return verifies ? new GossipSeal(identity, secrets) : new NoMac(identity, secrets);
    }

    @Nullable MemoryNode at(IpAddress address) {
        return byAddress.get(address);
    }

    /// Does something later.
    void at(long atNanos, Runnable action) {
        events.add(new Event(atNanos, scheduled++, action));
    }

    /// A gossip datagram, on its way into the tunnel.
    void count(MemoryNode from, MemoryNode to, byte[] payload) {
        sent++;
        sentBytes += payload.length;
        bytesByType[payload[1] & 15] += payload.length;
        largest = Math.max(largest, payload.length);
        trace.sent(nowNanos, from, to, payload[1]);
    }

    /// A packet on the underlay.
    void transmit(MemoryNode from, MemoryNode to, Runnable arrival) {
        if (!connected.test(from, to) || (loss > 0 && random.nextDouble() < loss)) {
            return;
        }
        at(
                nowNanos + delay(),
                () -> {
                    if (to.isPowered()) {
                        arrival.run();
                    }
                });
    }

    /// One way.
    long delay() {
        return minDelayNanos + random.nextLong(delaySpreadNanos);
    }

    private int running() {
        int running = 0;
        for (MemoryNode node : nodes) {
            running += node.isRunning() ? 1 : 0;
        }
        return running;
    }

    private void runUntil(long endNanos, BooleanSupplier stop) {
        Event next = events.peek();
        while (!stop.getAsBoolean() && next != null && next.atNanos <= endNanos) {
            events.remove();
            nowNanos = Math.max(nowNanos, next.atNanos);
            next.action.run();
            next = events.peek();
        }
        nowNanos = endNanos;
    }

    /// Parses and verifies each record once for all members.
    private final class Judge extends RecordJudge {
        private final Map<Bytes, ParsedRecord> parsed = new HashMap<>();
        private final Map<NodeRecord, Boolean> verified = new HashMap<>();

        Judge() {
            super(Nodes.CLUSTER);
        }

        @Override
        ParsedRecord parse(byte[] bytes) {
            return parsed.computeIfAbsent(new Bytes(bytes), it -> NodeRecord.parse(it.bytes));
        }

        @Override
        boolean isGenuine(NodeRecord record) {
            return !verifies || verified.computeIfAbsent(record, super::isGenuine);
        }
    }

    /// Datagrams that end in zeros.
    private static final class NoMac extends GossipSeal {
        NoMac(Identity identity, List<ClusterSecret> secrets) {
            super(identity, secrets);
        }

        @Override
        byte @Nullable [] mac(MemberEntry peer, int epoch, boolean outgoing, byte[] datagram) {
            return holds(epoch) ? new byte[GossipLayout.MAC_LENGTH] : null;
        }
    }

    /// Bytes as a key.
    private static final class Bytes {
        private final byte[] bytes;

        Bytes(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bytes it && Arrays.equals(bytes, it.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }
}
