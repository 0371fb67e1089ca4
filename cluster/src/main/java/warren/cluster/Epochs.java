// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The secrets a node holds, and which of two it prefers. Confined to the gossip loop.
///
/// A rotation replaces the newest epoch where, in this order,
///
/// 1. the author of the newest epoch is evicted; or
/// 2. it covers exactly the evictions known here, and the newest epoch does not; or
/// 3. both do or both do not, and it has the larger number, or of two with one number the larger
///    commitment.
///
/// So a node that an evicted one has led astray comes back as soon as it hears of the eviction,
/// whatever number it was led to.
final class Epochs {
    /// The newest, and two before it for nodes that were down.
    static final int KEPT = 3;

    /// How far a rotation may be ahead: a member that wants to use up the numbers has to rotate
    /// two million times, and a node that was away for longer joins anew.
    static final int MAX_AHEAD = 1000;

    /// An epoch that was the newest for so long outlives any number of those after it that were
    /// not: nobody can make this node forget, in minutes, the secret that others know it by.
    private static final long SETTLED = 3600 * GossipLayout.SECOND;

    /// What became of an offered rotation.
    enum Offer {
        TAKEN,
        SAME,
        /// The newest epoch is preferred.
        LOSES,
        TOO_FAR,
        /// Its author is evicted, or not known here.
        NO_STANDING,
        WRONG_SECRET,
        BAD_SIGNATURE
    }

    /// Whether somebody is evicted, and the hash of who is.
    interface Out {
        boolean isOut(NodeId id);

        long hash();
    }

    private final ClusterId cluster;
    private final Out out;
    private List<Epoch> held;
    private long newestSinceNanos;

    /// The tag of the last epoch that was the newest for long.
    private int settled;

    private final Map<Rotation, Boolean> verified =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Rotation, Boolean> eldest) {
                    return size() > 64;
                }
            };

    /// @param held newest first, as they were saved
    Epochs(ClusterId cluster, List<Epoch> held, Out out, long nowNanos) {
        this.cluster = cluster;
        this.out = out;
        this.held = List.copyOf(held);
        this.settled = newest().tag();
        this.newestSinceNanos = nowNanos;
    }

    /// Takes up what was saved.
    void restore(List<Epoch> saved) {
        held = List.copyOf(saved);
        settled = newest().tag();
    }

    /// Newest first.
    List<Epoch> held() {
        return held;
    }

    List<ClusterSecret> secrets() {
        return held.stream().map(Epoch::secret).toList();
    }

    Epoch newest() {
        return held.getFirst();
    }

    boolean holds(int tag) {
        return find(tag) != null;
    }

    /// Whether the newest secret was kept from everybody known to be evicted.
    boolean coversAll() {
        return newest().covers() == out.hash();
    }

    /// @param secret what it is said to be of
    /// @param knownAuthor whether its author is a member as far as this node knows
    Offer offer(Rotation rotation, byte[] secret, boolean knownAuthor, long nowNanos) {
        ClusterSecret offered = new ClusterSecret(rotation.number(), secret);
        Epoch known = find(offered.tag());
        if (known != null) {
            return known.rotation() == null ? explain(known, rotation) : Offer.SAME;
        }
        if (!knownAuthor || out.isOut(rotation.author().id())) {
            return Offer.NO_STANDING;
        }
        if (!rotation.isOf(offered)) {
            return Offer.WRONG_SECRET;
        }
        if (rotation.number() - newest().number() > MAX_AHEAD) {
            return Offer.TOO_FAR;
        }
        if (!isBetter(rotation, offered)) {
            return Offer.LOSES;
        }
        if (!isGenuine(rotation)) {
            return Offer.BAD_SIGNATURE;
        }
        take(new Epoch(offered, rotation), nowNanos);
        return Offer.TAKEN;
    }

    /// Our own rotation.
    Epoch rotate(byte[] fresh, Identity author, long nowNanos) {
        ClusterSecret secret = new ClusterSecret(newest().number() + 1, fresh);
        Epoch next = new Epoch(secret, Rotation.sign(secret, out.hash(), author, cluster));
        take(next, nowNanos);
        return next;
    }

    /// The statement of an epoch held since before it arrived.
    private Offer explain(Epoch known, Rotation rotation) {
        if (!rotation.isOf(known.secret())) {
            return Offer.WRONG_SECRET;
        }
        if (!isGenuine(rotation)) {
            return Offer.BAD_SIGNATURE;
        }
        List<Epoch> next = new ArrayList<>(held);
        next.set(next.indexOf(known), new Epoch(known.secret(), rotation));
        held = List.copyOf(next);
        return Offer.SAME;
    }

    private boolean isBetter(Rotation rotation, ClusterSecret offered) {
        Epoch present = newest();
        Rotation made = present.rotation();
        if (made != null && out.isOut(made.author().id())) {
            return true;
        }
        boolean covers = rotation.covers() == out.hash();
        if (covers != coversAll()) {
            return covers;
        }
        return Rotation.compare(
                        rotation.number(),
                        offered.commitment(),
                        present.number(),
                        present.secret().commitment())
                > 0;
    }

    private boolean isGenuine(Rotation rotation) {
        return verified.computeIfAbsent(rotation, it -> it.isSignedFor(cluster));
    }

    private @Nullable Epoch find(int tag) {
        for (Epoch epoch : held) {
            if (epoch.tag() == tag) {
                return epoch;
            }
        }
        return null;
    }

    private void take(Epoch next, long nowNanos) {
        if (nowNanos - newestSinceNanos >= SETTLED) {
            settled = newest().tag();
        }
        newestSinceNanos = nowNanos;
        List<Epoch> kept = new ArrayList<>();
        kept.add(next);
        boolean hasSettled = find(settled) != null;
        for (Epoch epoch : held) {
            boolean isSettled = epoch.tag() == settled;
            int reserved = hasSettled ? 1 : 0;
            if (isSettled) {
                hasSettled = false;
            }
            if (isSettled || kept.size() + reserved < KEPT) {
                kept.add(epoch);
            }
        }
        held = List.copyOf(kept);
    }
}
