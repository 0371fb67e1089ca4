// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The WireGuard interface of a simulated node, as far as gossip notices it (whitepaper section
/// 6, and what the kernel does): no packet passes without a session; a handshake takes one and a
/// half round trips, any part of which can be lost; who is not installed as a peer is not
/// answered; an initiation is sent again after five seconds and some jitter, for ninety seconds;
/// packets wait meanwhile, up to a bound; the responder sends only once the initiator has; two
/// initiations that cross undo each other; sessions are renewed after 120 s by the initiator and
/// gone after 180 s; an initiation with an older timestamp than the last is a replay. It outlives
/// the process of its node, but not the machine.
final class MemoryTunnel {
    private static final long SECOND = MemoryCluster.SECOND;
    private static final long REKEY_AFTER = 120 * SECOND;
    private static final long REJECT_AFTER = 180 * SECOND;
    private static final long REKEY_TIMEOUT = 5 * SECOND;
    private static final long JITTER = SECOND / 3;
    private static final long NO_ANSWER = 15 * SECOND;
    private static final int ATTEMPTS = 18;
    private static final int STAGED = 128;
    private static final byte[] KEEPALIVE = {};

    private static final class Session {
        private final MemoryNode initiator;
        private final long bornNanos;

        Session(MemoryNode initiator, long bornNanos) {
            this.initiator = initiator;
            this.bornNanos = bornNanos;
        }

        boolean isUsable(long nowNanos) {
            return nowNanos - bornNanos < REJECT_AFTER;
        }
    }

    private static final class Peer {
        private @Nullable Session current;
        private @Nullable Session next;
        private @Nullable Session previous;

        /// The initiation that waits for its response; 0 where none does.
        private long initiation;

        private boolean initiated;
        private long initiatedNanos;
        private int attempts;
        private final Deque<byte[]> staged = new ArrayDeque<>(1);
        private long unansweredNanos;
        private long timestamp = Long.MIN_VALUE;
    }

    private final MemoryCluster cluster;
    private final MemoryNode node;
    private final BitSet installed = new BitSet();
    private final Map<MemoryNode, Peer> peers = new HashMap<>();
    private long initiations;
    private long handshakes;

    /// How far this machine's clock is ahead.
    private long skewNanos;

    MemoryTunnel(MemoryCluster cluster, MemoryNode node) {
        this.cluster = cluster;
        this.node = node;
    }

    void install(MemoryNode peer) {
        installed.set(peer.index());
    }

    boolean isInstalled(MemoryNode peer) {
        return installed.get(peer.index());
    }

    void skew(long nanos) {
        skewNanos = nanos;
    }

    /// Sessions that this node began and that came about.
    long handshakes() {
        return handshakes;
    }

    /// The machine has stopped: nothing is left of peers and sessions.
    void lose() {
        installed.clear();
        peers.clear();
    }

    boolean hasSession(MemoryNode to) {
        Peer peer = peers.get(to);
        return peer != null && peer.current != null && peer.current.isUsable(cluster.now());
    }

    /// Opens the path where it is not open.
    void open(MemoryNode to) {
        if (isInstalled(to) && !hasSession(to)) {
            initiate(to, peer(to));
        }
    }

    void send(MemoryNode to, byte[] payload) {
        if (!isInstalled(to)) {
            return; // no allowed IP leads there
        }
        Peer peer = peer(to);
        Session session = peer.current;
        if (session == null || !session.isUsable(cluster.now())) {
            if (peer.staged.size() >= STAGED) {
                peer.staged.removeFirst();
            }
            peer.staged.add(payload);
            initiate(to, peer);
            return;
        }
        transport(to, peer, session, payload);
        boolean old = cluster.now() - session.bornNanos >= REKEY_AFTER;
        boolean unanswered =
                peer.unansweredNanos != 0 && cluster.now() - peer.unansweredNanos >= NO_ANSWER;
        if ((session.initiator == node && old) || unanswered) {
            initiate(to, peer);
        }
    }

    private void transport(MemoryNode to, Peer peer, Session session, byte[] payload) {
        if (peer.unansweredNanos == 0 && payload.length > 0) {
            peer.unansweredNanos = cluster.now();
        }
        cluster.transmit(node, to, () -> to.tunnel().onData(node, session, payload));
    }

    private void initiate(MemoryNode to, Peer peer) {
        if (peer.initiated && cluster.now() - peer.initiatedNanos < REKEY_TIMEOUT) {
            return;
        }
        peer.initiated = true;
        peer.initiatedNanos = cluster.now();
        long number = ++initiations;
        peer.initiation = number;
        long timestamp = cluster.now() + skewNanos;
        cluster.transmit(node, to, () -> to.tunnel().onInitiation(node, number, timestamp));
        long jitter = cluster.random().nextLong(JITTER);
        cluster.at(cluster.now() + REKEY_TIMEOUT + jitter, () -> retry(to, peer, number));
    }

    private void retry(MemoryNode to, Peer peer, long number) {
        if (peer.initiation != number || peers.get(to) != peer) {
            return;
        }
        if (++peer.attempts > ATTEMPTS) {
            peer.staged.clear();
            peer.attempts = 0;
            peer.initiation = 0;
        } else {
            initiate(to, peer);
        }
    }

    private void onInitiation(MemoryNode from, long number, long timestamp) {
        if (!isInstalled(from)) {
            return;
        }
        Peer peer = peer(from);
        if (timestamp <= peer.timestamp) {
            return;
        }
        peer.timestamp = timestamp;
        Session session = new Session(from, cluster.now());
        peer.next = session;
        if (peer.initiation != 0) {
            peer.initiation = -1; // overwritten: its response will not be known
            int attempt = peer.attempts;
            cluster.at(
                    peer.initiatedNanos + REKEY_TIMEOUT + cluster.random().nextLong(JITTER),
                    () -> {
                        if (peer.initiation == -1 && peer.attempts == attempt) {
                            retry(from, peer, -1);
                        }
                    });
        }
        cluster.transmit(node, from, () -> from.tunnel().onResponse(node, number, session));
    }

    private void onResponse(MemoryNode from, long number, Session session) {
        Peer peer = peers.get(from);
        if (peer == null || peer.initiation != number) {
            return;
        }
        handshakes++;
        establish(from, peer, session);
    }

    private void establish(MemoryNode with, Peer peer, Session session) {
        peer.initiation = 0;
        peer.attempts = 0;
        peer.unansweredNanos = 0;
        peer.previous = peer.current;
        peer.current = session;
        if (peer.staged.isEmpty() && session.initiator == node) {
            transport(with, peer, session, KEEPALIVE);
        }
        while (!peer.staged.isEmpty()) {
            transport(with, peer, session, peer.staged.removeFirst());
        }
    }

    private void onData(MemoryNode from, Session session, byte[] payload) {
        Peer peer = peers.get(from);
        boolean held =
                peer != null
                        && (peer.current == session
                                || peer.next == session
                                || peer.previous == session);
        if (peer == null || !held || !session.isUsable(cluster.now())) {
            return;
        }
        peer.unansweredNanos = 0;
        if (peer.next == session) {
            peer.next = null;
            establish(from, peer, session);
        }
        long age = cluster.now() - session.bornNanos;
        if (session.initiator == node && age >= REJECT_AFTER - NO_ANSWER) {
            initiate(from, peer);
        }
        if (payload.length > 0) {
            node.receive(from, payload);
        }
    }

    private Peer peer(MemoryNode other) {
        return peers.computeIfAbsent(other, _ -> new Peer());
    }
}
