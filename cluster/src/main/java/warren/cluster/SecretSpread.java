// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import warren.cluster.Gossip.Outbox;

/// Carries a new secret to every member that does not announce it yet, and takes in what others
/// carry here. Confined to the gossip loop.
///
/// A node passes a secret on once its own record announces it, which its owner does after saving
/// it. The record of the receiver is the acknowledgement: until it announces the secret, it is
/// sent again.
final class SecretSpread {
    private static final long PUSH_INTERVAL = GossipLayout.SECOND;

    /// Whoever rotates without end costs everybody a signature in this time and no more.
    private static final long TAKE_INTERVAL = 2 * GossipLayout.SECOND;

    /// Nodes beyond the ring that a round sends to.
    private static final int OTHERS = 3;

    /// How long a newest secret that does not cover all evictions is waited with: an eviction
    /// comes with a rotation, which is faster.
    private static final long UNCOVERED = 10 * GossipLayout.SECOND;

    private final MemberEntry self;
    private final Epochs epochs;
    private final Evictions evictions;
    private final Vouching vouching;
    private final EvictionSpread evictionSpread;
    private final Company company;
    private final Roster roster;
    private final Membership membership;
    private final GossipSeal seal;
    private final GossipSender sender;
    private final Timers timers;
    private final Outbox outbox;
    private final RandomGenerator random;
    private boolean pushing;
    private boolean took;
    private long tookNanos;
    private long uncovered = Evictions.NONE;
    private long uncoveredSinceNanos;

    /// What a [SecretSpread] works with.
    record Parts(
            GossipContext context,
            Epochs epochs,
            Evictions evictions,
            Vouching vouching,
            EvictionSpread evictionSpread,
            Company company,
            Membership membership) {}

    SecretSpread(Parts parts) {
        GossipContext context = parts.context;
        this.self = context.self();
        this.epochs = parts.epochs;
        this.evictions = parts.evictions;
        this.vouching = parts.vouching;
        this.evictionSpread = parts.evictionSpread;
        this.company = parts.company;
        this.roster = context.roster();
        this.membership = parts.membership;
        this.seal = context.seal();
        this.sender = context.sender();
        this.timers = context.timers();
        this.outbox = context.outbox();
        this.random = context.random();
    }

    void start(long nowNanos) {
        timers.at(nowNanos + UNCOVERED / 2, (now, _) -> considerRotation(now));
        announced(nowNanos);
    }

    /// Our record was published: it may announce the newest secret now.
    void announced(long nowNanos) {
        if (!pushing && isReady() && isAnyBehind()) {
            pushing = true;
            timers.at(nowNanos, (now, _) -> round(now));
        }
    }

    /// A genuine datagram came from `entry`.
    void heard(MemberEntry entry, long nowNanos) {
        if (isReady()) {
            push(entry, nowNanos);
        }
    }

    void rotate(byte[] fresh, Identity author, long nowNanos) {
        epochs.rotate(fresh, author, nowNanos);
        adopted(nowNanos);
    }

    void onSecret(MemberEntry from, GossipDatagram.Secret it, long nowNanos) {
        for (Eviction eviction : it.evictions()) {
            evictionSpread.offer(from, eviction, nowNanos);
        }
        boolean tooSoon = took && nowNanos - tookNanos < TAKE_INTERVAL;
        if (Company.isHeard(from) && !tooSoon && !evictions.isOut(self.id)) {
            Epochs.Offer offer = offer(it.rotation(), it.secret(), nowNanos);
            if (offer == Epochs.Offer.TAKEN) {
                took = true;
                tookNanos = nowNanos;
                vouching.received(from, it.members(), nowNanos);
                adopted(nowNanos);
            }
        }
        Arrays.fill(it.secret(), (byte) 0);
    }

    /// What a join exchange brought; nothing where the epoch is held already.
    ///
    /// @return whether it is the newest now
    boolean offered(JoinStep.News news, long nowNanos) {
        Rotation rotation = news.rotation();
        ClusterSecret made =
                news.secret() == null && news.provenUnder() == epochs.newest().tag()
                        ? epochs.newest().secret()
                        : news.secret();
        if (rotation == null || made == null) {
            return false;
        }
        byte[] secret = made.toBytes();
        Epochs.Offer offer = offer(rotation, secret, nowNanos);
        Arrays.fill(secret, (byte) 0);
        if (offer == Epochs.Offer.TAKEN) {
            adopted(nowNanos);
        }
        return offer == Epochs.Offer.TAKEN;
    }

    private Epochs.Offer offer(Rotation rotation, byte[] secret, long nowNanos) {
        List<Epoch> before = epochs.held();
        IdentityKey author = rotation.author();
        boolean counts =
                evictionSpread.isKnown(author)
                        && (company.isOld(author.id()) || !company.isWary(nowNanos));
        Epochs.Offer offer = epochs.offer(rotation, secret, counts, nowNanos);
        if (offer == Epochs.Offer.SAME && !epochs.held().equals(before)) {
            confirm(nowNanos);
            outbox.on(new GossipEvent.EpochsChanged(epochs.held()));
        }
        return offer;
    }

    private void adopted(long nowNanos) {
        confirm(nowNanos);
        use();
        outbox.on(new GossipEvent.EpochsChanged(epochs.held()));
    }

    /// Has datagrams sealed, and checked, under the secrets that hold now.
    void use() {
        seal.replace(epochs.secrets());
        roster.all().forEach(MemberEntry::forgetKeys);
    }

    /// Other evictions, or another newest secret.
    void confirm(long nowNanos) {
        if (!evictions.isEmpty() && epochs.coversAll() && !company.isWary(nowNanos)) {
            evictions.confirm();
        }
    }

    /// A secret that does not cover all evictions known goes to nobody: one that does is due.
    private boolean isReady() {
        return epochs.newest().rotation() != null
                && epochs.coversAll()
                && announces(self.record)
                && !evictions.isOut(self.id);
    }

    private boolean announces(NodeRecord record) {
        return record.content().epochs().contains(epochs.newest().tag());
    }

    private boolean isBehind(MemberEntry entry) {
        return entry.isPresent() && entry.vouched && !announces(entry.record);
    }

    private boolean isAnyBehind() {
        return roster.all().stream().anyMatch(this::isBehind);
    }

    private void round(long nowNanos) {
        pushing = false;
        if (!isReady() || membership.isLeaving()) {
            return;
        }
        List<MemberEntry> behind = roster.all().stream().filter(this::isBehind).toList();
        for (MemberEntry entry : roster.ring()) {
            push(entry, nowNanos);
        }
        for (MemberEntry entry : Roster.some(OTHERS, behind, null, random)) {
            push(entry, nowNanos);
        }
        if (!behind.isEmpty()) {
            pushing = true;
            timers.at(nowNanos + PUSH_INTERVAL, (now, _) -> round(now));
        }
    }

    private void push(MemberEntry to, long nowNanos) {
        int tag = epochs.newest().tag();
        Rotation rotation = epochs.newest().rotation();
        boolean member = to.vouched && !evictions.isOut(to.id);
        if (rotation == null || !member || announces(to.record)) {
            return;
        }
        PeerLink link = to.link();
        if (link.pushedEpoch == tag && nowNanos - link.pushedNanos < PUSH_INTERVAL) {
            return;
        }
        link.pushedEpoch = tag;
        link.pushedNanos = nowNanos;
        byte[] secret = epochs.newest().secret().toBytes();
        WireWriter body = new WireWriter().put(rotation.toBytes()).put(secret).u64(vouching.hash());
        Arrays.fill(secret, (byte) 0);
        for (Eviction eviction : evictions.all()) {
            byte[] bytes = GossipUpdate.evicted(eviction);
            if (body.length() + bytes.length <= GossipSender.room()) {
                body.put(bytes);
            }
        }
        sender.send(to, GossipLayout.SECRET, 0, body);
        body.wipe();
    }

    /// Two halves of a cluster may have evicted one node each, and each kept its new secret only
    /// from that one. Then somebody draws one more, when the halves are together again.
    private void considerRotation(long nowNanos) {
        timers.at(
                nowNanos + UNCOVERED / 2 + random.nextLong(UNCOVERED / 4),
                (now, _) -> considerRotation(now));
        company.look(nowNanos);
        evictionSpread.reconsider();
        confirm(nowNanos);
        if (epochs.coversAll() || evictions.isOut(self.id)) {
            uncovered = Evictions.NONE;
            return;
        }
        if (uncovered != evictions.hash()) {
            uncovered = evictions.hash();
            uncoveredSinceNanos = nowNanos;
            return;
        }
        long waited = nowNanos - uncoveredSinceNanos;
        int alive = 1 + roster.count(MemberState.ALIVE);
        boolean late = waited > 6 * UNCOVERED && random.nextInt(alive) == 0;
        if ((waited >= UNCOVERED && isFirst()) || late) {
            outbox.on(new GossipEvent.RotationDue());
        }
    }

    private boolean isFirst() {
        for (MemberEntry entry : roster.all()) {
            if (entry.state == MemberState.ALIVE && entry.vouched) {
                return self.id.compareTo(entry.id) < 0;
            }
        }
        return true;
    }
}
