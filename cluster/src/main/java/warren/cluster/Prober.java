// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The failure detector: one peer of the ring each second, directly and then through helpers;
/// slowly the dead as well. Confined to the gossip loop.
final class Prober {
    private record Probe(MemberEntry target, long sentNanos) {}

    private record Relay(MemberEntry origin, int number) {}

    private final NodeId self;
    private final Roster roster;
    private final Membership membership;
    private final GossipSender sender;
    private final Timers timers;
    private final RandomGenerator random;
    private final Map<Integer, Probe> probes = new HashMap<>();

    /// Pings on behalf of others; the oldest give way.
    private final Map<Integer, Relay> relays =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Integer, Relay> eldest) {
                    return size() > GossipLayout.MAX_RELAYS;
                }
            };

    private final Deque<MemberEntry> round = new ArrayDeque<>();

    /// The ring in the order of our rounds, always the same: each peer is pinged at even intervals,
    /// and can tell when we are late.
    private List<MemberEntry> order = List.of();
    private int lastNumber;

    Prober(GossipContext context, Membership membership) {
        this.self = context.self().id;
        this.roster = context.roster();
        this.membership = membership;
        this.sender = context.sender();
        this.timers = context.timers();
        this.random = context.random();
        this.lastNumber = random.nextInt();
    }

    void start(long nowNanos) {
        timers.at(nowNanos + random.nextLong(GossipLayout.PROBE_INTERVAL), this::tick);
        timers.at(nowNanos + random.nextLong(GossipLayout.DEAD_PROBE_INTERVAL), this::probeDead);
    }

    /// A ping whose answer is not waited for, to open the path and hear of each other.
    void greet(MemberEntry entry) {
        sender.sendWithNews(entry, GossipLayout.PING, ++lastNumber, new WireWriter(64));
    }

    /// Tells a node how it is seen, so that it can refute; not more often than needed.
    void tell(MemberEntry entry, long nowNanos) {
        if (entry.link().mayTell(nowNanos)) {
            WireWriter body = new WireWriter(64);
            if (entry.state == MemberState.ALIVE) { // otherwise every datagram to it says so
                body.put(GossipUpdate.state(entry, self));
            }
            sender.sendWithNews(entry, GossipLayout.PING, ++lastNumber, body);
        }
    }

    void onPing(MemberEntry from, int number, long nowNanos) {
        from.link().pings = true;
        from.link().pingedNanos = nowNanos;
        sender.answer(from, GossipLayout.ACK, number, nowNanos);
    }

    void onAck(MemberEntry from, int number, long nowNanos) {
        Probe probe = probes.remove(number);
        if (probe != null) {
            membership.feelsBetter();
            if (probe.target == from) {
                from.link().rttNanos = nowNanos - probe.sentNanos;
            }
            return;
        }
        Relay relay = relays.remove(number);
        if (relay != null) {
            sender.answer(relay.origin, GossipLayout.ACK, relay.number, nowNanos);
        }
    }

    void onPingRequest(MemberEntry from, @Nullable MemberEntry target, int number, long nowNanos) {
        if (target == null) {
            return; // not known here; another helper may
        }
        int own = ++lastNumber;
        relays.put(own, new Relay(from, number));
        sender.answer(target, GossipLayout.PING, own, nowNanos);
    }

    private void tick(long nowNanos, long lateNanos) {
        if (membership.isLeaving()) {
            return;
        }
        long interval = GossipLayout.PROBE_INTERVAL * (1 + membership.health());
        timers.at(nowNanos + interval, this::tick);
        MemberEntry late = overdue(nowNanos);
        MemberEntry target = late == null ? nextInRound() : late;
        if (target != null) {
            probe(target, nowNanos);
        }
        MemberEntry unconfirmed = unconfirmed();
        List<MemberEntry> suspects = membership.suspects();
        if (unconfirmed != null) {
            if (unconfirmed != target) {
                probe(unconfirmed, nowNanos);
            }
        } else if (!suspects.isEmpty()) {
            MemberEntry suspect = suspects.get(random.nextInt(suspects.size()));
            if (suspect != target) {
                greet(suspect);
            }
        }
    }

    /// A peer of the ring that others suspect and this node does not yet: a suspicion lasts the
    /// longer the fewer have found the same.
    private @Nullable MemberEntry unconfirmed() {
        for (MemberEntry entry : roster.ring()) {
            Suspicion suspicion = entry.suspicion;
            if (entry.isDoubted() && suspicion != null && suspicion.isNewsFrom(self)) {
                return entry;
            }
        }
        return null;
    }

    /// Each peer of the ring once, in an order drawn by chance, then again.
    private @Nullable MemberEntry nextInRound() {
        List<MemberEntry> ring = roster.ring();
        while (!round.isEmpty()) {
            MemberEntry next = round.remove();
            if (ring.contains(next)) {
                return next;
            }
        }
        if (order.size() != ring.size() || !order.containsAll(ring)) {
            order = new ArrayList<>(ring);
            Collections.shuffle(order, Random.from(random));
        }
        round.addAll(order);
        return round.poll();
    }

    /// A peer of the ring whose ping did not come when it should have. Each node pings one of its
    /// ring every second, so one of them misses it at once, whoever's turn it is to probe it.
    private @Nullable MemberEntry overdue(long nowNanos) {
        List<MemberEntry> ring = roster.ring();
        long most = ring.size() * GossipLayout.PROBE_INTERVAL + GossipLayout.OVERDUE;
        for (MemberEntry entry : ring) {
            PeerLink link = entry.link();
            if (link.pings
                    && entry.state == MemberState.ALIVE
                    && nowNanos - link.pingedNanos > most) {
                link.pings = false; // until it pings again
                return entry;
            }
        }
        return null;
    }

    private void probe(MemberEntry target, long nowNanos) {
        int number = ++lastNumber;
        Probe probe = new Probe(target, nowNanos);
        probes.put(number, probe);
        long timeout = GossipLayout.PROBE_TIMEOUT * (1 + membership.health());
        timers.at(nowNanos + GossipLayout.DIRECT_TIMEOUT, (_, _) -> askHelpers(number));
        timers.at(nowNanos + timeout, (now, late) -> giveUp(number, now, late));
        sender.sendWithNews(target, GossipLayout.PING, number, new WireWriter(64));
    }

    private void askHelpers(int number) {
        Probe probe = probes.get(number);
        if (probe == null || isGone(probe.target)) {
            return;
        }
        List<MemberEntry> ring = roster.ring();
        for (MemberEntry helper : Roster.some(GossipLayout.HELPERS, ring, probe.target, random)) {
            WireWriter body = new WireWriter(64).put(probe.target.id);
            sender.sendWithNews(helper, GossipLayout.PING_REQUEST, number, body);
        }
    }

    private void giveUp(int number, long nowNanos, long lateNanos) {
        Probe probe = probes.remove(number);
        if (probe == null || lateNanos > GossipLayout.LATE || isGone(probe.target)) {
            return;
        }
        MemberEntry target = probe.target;
        if (target.state == MemberState.ALIVE) { // otherwise others miss it too
            membership.feelsWorse();
        }
        boolean young = nowNanos - target.sinceNanos < GossipLayout.GRACE;
        if (target.isPresent() && !(young && target.state == MemberState.ALIVE)) {
            membership.suspect(target, nowNanos);
        }
    }

    /// Evicted, or forgotten, since it was probed.
    private boolean isGone(MemberEntry target) {
        return roster.get(target.id) != target;
    }

    /// One dead node, the less often the more of us there are to do it.
    private void probeDead(long nowNanos, long lateNanos) {
        if (membership.isLeaving()) {
            return;
        }
        double share = Math.max(1.0, (double) roster.present() / GossipLayout.RING_PEERS);
        long jitter = random.nextLong(GossipLayout.DEAD_PROBE_INTERVAL);
        long interval = (GossipLayout.DEAD_PROBE_INTERVAL + jitter) / 2 + jitter / 2;
        timers.at(nowNanos + (long) (interval * share), this::probeDead);
        MemberEntry dead = roster.any(MemberState.DEAD, random);
        if (dead != null) {
            greet(dead);
        }
    }
}
