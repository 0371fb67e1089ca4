// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/// Who is out, and who says so. Statements add up; one leaves the set only where its author turns
/// out to be evicted itself and nobody vouched for what it said. Confined to the gossip loop.
///
/// Nobody can tell when something was signed: an evicted node can sign evictions of everybody
/// with an old epoch in them. So what an evicted node says counts for nothing, whenever it says to
/// have said it, with one exception: two that evict each other are both out, as long as neither
/// statement is firm and nobody knows better. A node that was down may hear the evicted one first.
/// It drops what it took from it when it learns better.
final class Evictions implements Epochs.Out {
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

        /// Larger in those that came later.
        private final long order;

        /// Whether a rotation covered it while this node was not wary: then it stays.
        private boolean firm;

        Held(Eviction statement, long order) {
            this.statement = statement;
            this.order = order;
        }

        private boolean isReverseOf(Held other) {
            return statement.evicted().equals(other.statement.author().id())
                    && other.statement.evicted().equals(statement.author().id());
        }
    }

    private final ClusterId cluster;
    private final TreeMap<Long, Held> byTag = new TreeMap<>();
    private final Map<NodeId, Map<NodeId, Eviction>> authors = new HashMap<>();
    private final List<NodeId> reinstated = new ArrayList<>();
    private long hash = NONE;
    private long taken;

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

    @Override
    public boolean isOut(NodeId id) {
        return authors.containsKey(id);
    }

    boolean isEmpty() {
        return byTag.isEmpty();
    }

    /// Of the whole set; the same for all who hold the same.
    @Override
    public long hash() {
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

    /// From our disk.
    void restore(Collection<Eviction> statements) {
        statements.forEach(this::put);
        rehash();
    }

    /// A rotation covers exactly this set, and this node is not wary: whatever else turns up,
    /// these stay.
    void confirm() {
        byTag.values().forEach(held -> held.firm = true);
    }

    boolean holds(long tag) {
        return byTag.containsKey(tag);
    }

    /// How many are out by statements of which none is firm.
    int doubtful() {
        int doubtful = 0;
        for (Map<NodeId, Eviction> against : authors.values()) {
            doubtful += against.values().stream().noneMatch(this::isFirm) ? 1 : 0;
        }
        return doubtful;
    }

    boolean isAuthor(NodeId id) {
        return byTag.values().stream().anyMatch(held -> held.statement.author().id().equals(id));
    }

    /// Whether its author strikes back at a node whose word against it is firm.
    boolean isRevenge(Eviction statement) {
        Eviction against =
                authors.getOrDefault(statement.author().id(), Map.of()).get(statement.evicted());
        return against != null && isFirm(against);
    }

    /// Of two nodes that evict each other, drops the statement that was believed first, where those
    /// who believe the other are more.
    ///
    /// @param outnumbered asked with both
    void giveWay(BiPredicate<NodeId, NodeId> outnumbered) {
        drop(
                held ->
                        hasLaterReverse(held)
                                && outnumbered.test(
                                        held.statement.evicted(), held.statement.author().id()));
    }

    /// Drops those of `which` that are not firm.
    void dropDoubtful(Predicate<Eviction> which) {
        drop(held -> !held.firm && which.test(held.statement));
    }

    private void drop(Predicate<Held> which) {
        List<Held> wrong = byTag.values().stream().filter(which).toList();
        for (Held held : wrong) {
            byTag.remove(held.statement.tag());
            unname(held.statement);
        }
        if (!wrong.isEmpty()) {
            rehash();
        }
    }

    /// Those who are not out any more since this was asked last.
    List<NodeId> reinstated() {
        List<NodeId> result = List.copyOf(reinstated);
        reinstated.clear();
        return result;
    }

    private boolean hasLaterReverse(Held held) {
        return byTag.values().stream()
                .anyMatch(other -> other.order > held.order && other.isReverseOf(held));
    }

    private boolean isFirm(Eviction statement) {
        Held held = byTag.get(statement.tag());
        return held != null && held.firm;
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
        byTag.put(statement.tag(), new Held(statement, taken++));
        authors.computeIfAbsent(statement.evicted(), _ -> new HashMap<>())
                .put(statement.author().id(), statement);
    }

    /// What `evicted` said of others, those apart that say the same of it.
    private void dropUnvouched(NodeId evicted) {
        drop(
                held ->
                        held.statement.author().id().equals(evicted)
                                && !held.firm
                                && !hasStanding(held.statement));
    }

    private void unname(Eviction dropped) {
        NodeId evicted = dropped.evicted();
        Map<NodeId, Eviction> against = authors.get(evicted);
        boolean was = against != null && against.remove(dropped.author().id()) != null;
        if (was && against != null && against.isEmpty()) {
            authors.remove(evicted);
            reinstated.add(evicted);
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
