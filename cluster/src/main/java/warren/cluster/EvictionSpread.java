// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import warren.cluster.Gossip.Outbox;

/// Takes evictions in, acts on them and passes them on: at once, and where two nodes find that they
/// do not hold the same. Confined to the gossip loop.
final class EvictionSpread {
    /// Tags that fit one datagram.
    private static final int MAX_TAGS = (GossipSender.room() - 8) / 8;

    private final Evictions evictions;
    private final MemberEntry self;
    private final Roster roster;
    private final Membership membership;
    private final GossipSender sender;
    private final Outbox outbox;
    private final RandomGenerator random;
    private final Company company;
    private final Predicate<MemberEntry> trusts;

    /// @param trusts whether a sender's word is enough for a statement
    EvictionSpread(
            GossipContext context,
            Evictions evictions,
            Membership membership,
            Company company,
            Predicate<MemberEntry> trusts) {
        this.evictions = evictions;
        this.self = context.self();
        this.roster = context.roster();
        this.membership = membership;
        this.sender = context.sender();
        this.outbox = context.outbox();
        this.random = context.random();
        this.company = company;
        this.trusts = trusts;
    }

    /// @return whether the set changed
    boolean offer(MemberEntry from, Eviction eviction, long nowNanos) {
        return Company.isHeard(from) && offer(eviction, trusts.test(from), nowNanos);
    }

    /// @param trusted as in [Evictions#offer]
    boolean offer(Eviction eviction, boolean trusted, long nowNanos) {
        if (!mayCount(eviction, nowNanos)) {
            return false;
        }
        Evictions.Offer offer = evictions.offer(eviction, trusted, isKnown(eviction.author()));
        return switch (offer) {
            case TAKEN -> {
                expel(eviction, nowNanos);
                reinstate();
                yield true;
            }
            case SAME, BAD_SIGNATURE, NO_STANDING, FULL -> false;
        };
    }

    /// Two that evict each other are both out for this node: unless those who believe the other
    /// of them turn out to be more.
    void reconsider() {
        evictions.giveWay((one, other) -> company.lead(one, other) < 0);
        reinstate();
    }

    /// Of those who were in limbo nobody is left that does not belong here: what others said, and
    /// no rotation has covered, counts for nothing.
    void forgetStrangers() {
        evictions.dropDoubtful(statement -> !isKnown(statement.author()));
        reinstate();
    }

    /// Whoever strikes back is not listened to by those who are more. And a wary node takes the
    /// word of those only whom it knew before, and not so much of it that nobody would be left to
    /// tell it better.
    private boolean mayCount(Eviction eviction, long nowNanos) {
        NodeId author = eviction.author().id();
        NodeId evicted = eviction.evicted();
        if (evictions.holds(eviction.tag()) || author.equals(self.id)) {
            return true;
        }
        if (evictions.isRevenge(eviction) && company.lead(author, evicted) > 0) {
            return false;
        }
        if (!company.isWary(nowNanos)) {
            return true;
        }
        return company.isOld(author)
                && (evictions.isAuthor(evicted)
                        || !company.isOld(evicted)
                        || company.mayLoseOneMore(nowNanos));
    }

    private void reinstate() {
        evictions.reinstated().forEach(id -> outbox.on(new GossipEvent.Reinstated(id)));
    }

    /// Those from disk; they are not news.
    void restore(List<Eviction> held) {
        evictions.restore(held);
    }

    /// What two nodes that hold the same have in common.
    long hash() {
        return evictions.hash();
    }

    /// Something differs between `to` and us: names what we hold.
    void compare(MemberEntry to, long nowNanos) {
        if (evictions.isEmpty() || !to.link().spend(nowNanos)) {
            return;
        }
        List<Eviction> all = evictions.all();
        int first = all.size() <= MAX_TAGS ? 0 : random.nextInt(all.size());
        WireWriter body = new WireWriter().u64(evictions.hash());
        for (int i = 0; i < Math.min(MAX_TAGS, all.size()); i++) {
            body.u64(all.get((first + i) % all.size()).tag());
        }
        sender.send(to, GossipLayout.SYNC_EVICTIONS, 0, body);
    }

    /// Asks for what `from` names and we lack.
    void onTags(MemberEntry from, long hash, List<Long> tags, long nowNanos) {
        if (hash == evictions.hash()) {
            return;
        }
        WireWriter want = new WireWriter();
        for (long tag : tags) {
            if (!evictions.holds(tag)) {
                want.u64(tag);
            }
        }
        if (want.length() > 0 && from.link().spend(nowNanos)) {
            sender.send(from, GossipLayout.WANT_EVICTIONS, 0, want);
        }
    }

    void onWant(MemberEntry from, List<Long> tags, long nowNanos) {
        List<byte[]> updates = new ArrayList<>();
        Set<Long> wanted = new HashSet<>(tags);
        for (Eviction held : evictions.all()) {
            if (wanted.contains(held.tag())) {
                updates.add(GossipUpdate.evicted(held));
            }
        }
        sender.sendUpdates(from, updates, nowNanos);
    }

    /// Whether a statement of `author` counts: it is a member as far as this node knows.
    boolean isKnown(IdentityKey author) {
        if (author.equals(self.record.identity())) {
            return true;
        }
        MemberEntry entry = roster.get(author.id());
        return entry == null
                ? company.isOld(author.id())
                : Company.isHeard(entry) && entry.record.identity().equals(author);
    }

    /// Passed on to the whole ring at once: nothing else is so urgent, and it happens once.
    private void expel(Eviction eviction, long nowNanos) {
        NodeId evicted = eviction.evicted();
        boolean own = evicted.equals(self.id);
        MemberEntry entry = roster.get(evicted);
        if (entry != null) {
            company.expelled(entry);
            membership.expel(evicted);
        }
        outbox.on(new GossipEvent.Evicted(eviction, own));
        for (MemberEntry peer : roster.ring()) {
            sender.sendUpdates(peer, List.of(GossipUpdate.evicted(eviction)), nowNanos);
        }
    }
}
