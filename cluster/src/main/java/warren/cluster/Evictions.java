// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Who is out, and who says so. Statements add up; one leaves the set only where its author turns
/// out to be evicted itself and nobody vouched for what it said. Confined to the gossip loop.
///
/// Nobody can tell when something was signed: an evicted node can sign evictions of everybody
/// with an old epoch in them. So what an evicted node says counts for nothing, whenever it says to
/// have said it, with one exception: two that evict each other are both out. A node that was
/// down may hear the evicted one first. It drops what it took from it when it learns better.
final class Evictions {
    /// The hash of no evictions.
    static final long NONE = 0;

    static final int MAX = 4096;

    /// So that one hostile member cannot fill the set.
    private static final int MAX_BY_AUTHOR = 512;

    /// What became of an offered statement.
    enum Offer {
        TAKEN,
        /// Held already, or another by the same author about the same node.
        SAME,
        BAD_SIGNATURE,
        /// Its author is unknown here, or evicted.
        NO_STANDING,
        FULL
    }

    private static final class Held {
        private final Eviction statement;

        /// Whether a rotation covers it: then it stays.
        private boolean firm;

        Held(Eviction statement) {
            this.statement = statement;
        }
    }

    private final ClusterId cluster;
    private final TreeMap<Long, Held> byTag = new TreeMap<>();
    private final Map<NodeId, Map<NodeId, Eviction>> authors = new HashMap<>();
    private long hash = NONE;

    /// Signatures looked at lately, right or wrong.
    private final Map<Eviction, Boolean> verified =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Eviction, Boolean> eldest) {
                    return size() > 256;
                }
            };

    Evictions(ClusterId cluster) {
        this.cluster = cluster;
    }

    boolean isOut(NodeId id) {
        return authors.containsKey(id);
    }

    boolean isEmpty() {
        return byTag.isEmpty();
    }

    /// Of the whole set; the same for all who hold the same.
    long hash() {
        return hash;
    }

    List<Eviction> all() {
        return byTag.values().stream().map(held -> held.statement).toList();
    }

    /// @param trusted whether somebody vouches for it who holds the newest secret while this node
    ///     is still behind: then its author may be unknown or evicted by now
    /// @param knownAuthor whether its author is, or was, a member as far as this node knows
    Offer offer(Eviction statement, boolean trusted, boolean knownAuthor) {
        NodeId author = statement.author().id();
        Eviction held = authors.getOrDefault(statement.evicted(), Map.of()).get(author);
        if (held != null && Long.compareUnsigned(held.tag(), statement.tag()) <= 0) {
            return Offer.SAME;
        }
        boolean known = knownAuthor || isOut(author);
        if (!trusted && !(known && hasStanding(statement))) {
            return Offer.NO_STANDING;
        }
        if (byTag.size() >= MAX || by(author) >= MAX_BY_AUTHOR) {
            return Offer.FULL;
        }
        if (!verified.computeIfAbsent(statement, it -> it.isSignedFor(cluster))) {
            return Offer.BAD_SIGNATURE;
        }
        if (held != null) {
            byTag.remove(held.tag());
        }
        put(statement);
        dropUnvouched(statement.evicted());
        rehash();
        return Offer.TAKEN;
    }

    /// Our own, or from our disk.
    void restore(Collection<Eviction> statements) {
        statements.forEach(this::put);
        rehash();
        confirm();
    }

    /// A rotation covers exactly this set: whatever else turns up, these stay.
    void confirm() {
        byTag.values().forEach(held -> held.firm = true);
    }

    boolean holds(long tag) {
        return byTag.containsKey(tag);
    }

    /// Whether nobody evicted the author, or nobody but whom it evicts.
    private boolean hasStanding(Eviction statement) {
        Map<NodeId, Eviction> against = authors.get(statement.author().id());
        return against == null || (against.size() == 1 && against.containsKey(statement.evicted()));
    }

    private long by(NodeId author) {
        return byTag.values().stream()
                .filter(held -> held.statement.author().id().equals(author))
                .count();
    }

    private void put(Eviction statement) {
        byTag.put(statement.tag(), new Held(statement));
        authors.computeIfAbsent(statement.evicted(), _ -> new HashMap<>())
                .put(statement.author().id(), statement);
    }

    /// What `evicted` said of others, those apart that say the same of it.
    private void dropUnvouched(NodeId evicted) {
        for (Iterator<Held> all = byTag.values().iterator(); all.hasNext(); ) {
            Held held = all.next();
            Eviction statement = held.statement;
            boolean its = statement.author().id().equals(evicted);
            if (its && !held.firm && !hasStanding(statement)) {
                all.remove();
                Map<NodeId, Eviction> against = authors.get(statement.evicted());
                if (against != null && against.remove(evicted) != null && against.isEmpty()) {
                    authors.remove(statement.evicted());
                }
            }
        }
    }

    private void rehash() {
        WireWriter out = new WireWriter();
        byTag.keySet().forEach(out::u64);
        hash =
                byTag.isEmpty()
                        ? NONE
                        : new WireReader(LabelledHash.of(8, "warren evictions", out.toBytes()))
                                .u64();
    }
}
