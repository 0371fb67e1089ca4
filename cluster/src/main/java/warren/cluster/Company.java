// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.HashSet;
import java.util.Set;

/// Whether this node is among those it was together with, and on whose side they are. Confined to
/// the gossip loop.
///
/// A node that was down, or is cut off, may meet an evicted one before any other; and whoever holds
/// an old secret can make up as many identities as it likes. So a node remembers whom it knew while
/// most of those it knew were there, or had on its disk: the *old* ones. While it sees no more than
/// half of them, or hears itself from no more than half as many as it should (anybody can say that
/// others are alive), it is *cut off*. From then until it has heard the others for two minutes it
/// is *wary*: what it is told it holds with reserve, and those it meets do not become old.
final class Company {
    /// Who has been dead for so long is not waited for any more: or the rest of a cluster whose
    /// greater part was taken away would be cut off for ever.
    private static final long AWAY = 3600 * GossipLayout.SECOND;

    /// Long enough to take up the others' secret and to be rid of whom they do not know.
    private static final long WARY = 120 * GossipLayout.SECOND;

    /// In which a ring is gone round twice.
    private static final long HEARD = 30 * GossipLayout.SECOND;

    private static final long LOOK_INTERVAL = GossipLayout.SECOND;

    private final MemberEntry self;
    private final Roster roster;
    private final Epochs epochs;
    private final Evictions evictions;

    /// Old ones that were expelled, and may have been wrongly.
    private final Set<NodeId> expelled = new HashSet<>();

    private boolean looked;
    private long lookedNanos;
    private int known;
    private boolean cutOff;
    private boolean wasCutOff;
    private long cutOffNanos;

    Company(MemberEntry self, Roster roster, Epochs epochs, Evictions evictions) {
        this.self = self;
        this.roster = roster;
        this.epochs = epochs;
        this.evictions = evictions;
    }

    /// Everybody known now comes from our disk.
    void restored(long nowNanos) {
        roster.all().forEach(entry -> entry.old = true);
        looked = false;
        look(nowNanos);
    }

    void expelled(MemberEntry entry) {
        if (entry.old) {
            expelled.add(entry.id);
        }
        looked = false;
    }

    boolean isOld(NodeId id) {
        MemberEntry entry = roster.get(id);
        return id.equals(self.id)
                || (entry != null && entry.old)
                || expelled.contains(id)
                || evictions.isOut(id);
    }

    /// Whether what it says of secrets and evictions is looked at.
    static boolean isHeard(MemberEntry from) {
        return from.vouched || from.old;
    }

    boolean isCutOff(long nowNanos) {
        look(nowNanos);
        return cutOff;
    }

    boolean isWary(long nowNanos) {
        look(nowNanos);
        return wasCutOff && nowNanos - cutOffNanos < WARY;
    }

    /// Whether a wary node may let one more of the old ones be evicted: enough must stay who can
    /// tell it better.
    boolean mayLoseOneMore(long nowNanos) {
        look(nowNanos);
        return 2 * (evictions.doubtful() + 1) < known;
    }

    /// How many more of the old ones that are here hold the newest secret of this node than one it
    /// does not hold; the two at odds do not count.
    int lead(NodeId one, NodeId other) {
        int lead = self.id.equals(one) || self.id.equals(other) ? 0 : 1;
        for (MemberEntry entry : roster.all()) {
            boolean counts = entry.old && isHere(entry);
            if (counts && !entry.id.equals(one) && !entry.id.equals(other)) {
                lead += side(entry.record);
            }
        }
        return lead;
    }

    private int side(NodeRecord record) {
        if (record.content().epochs().isEmpty()) {
            return 0;
        }
        int newest = record.content().epochs().getFirst();
        if (newest == epochs.newest().tag()) {
            return 1;
        }
        return epochs.holds(newest) ? 0 : -1;
    }

    private static boolean isHere(MemberEntry entry) {
        return entry.isPresent() && entry.incarnation > 0;
    }

    /// Sees whether it is cut off; done now and then, so that it does not go unnoticed.
    void look(long nowNanos) {
        if (looked && nowNanos - lookedNanos < LOOK_INTERVAL) {
            return;
        }
        looked = true;
        lookedNanos = nowNanos;
        int doubtful = evictions.doubtful();
        known = 1 + roster.size();
        if (doubtful == 0 && isPlain(nowNanos)) {
            cutOff = false;
            return;
        }
        known = 1 + doubtful;
        int here = 1;
        int heard = 1;
        for (MemberEntry entry : roster.all()) {
            boolean gone =
                    entry.state == MemberState.LEFT
                            || (entry.state == MemberState.DEAD
                                    && nowNanos - entry.sinceNanos > AWAY);
            if (entry.old && !gone) {
                known++;
                here += isHere(entry) ? 1 : 0;
                heard += entry.wasHeard(nowNanos - HEARD) ? 1 : 0;
            }
        }
        cutOff = 2 * here <= known || isTooFew(heard);
        if (cutOff) {
            wasCutOff = true;
            cutOffNanos = nowNanos;
        }
    }

    private boolean isTooFew(int heard) {
        return 2 * heard <= Math.min(known, GossipLayout.RING_PEERS);
    }

    /// The usual case, without a look at thousands: all are there, and were all the time.
    private boolean isPlain(long nowNanos) {
        int heard = 1;
        for (MemberEntry entry : roster.ring()) {
            heard += entry.wasHeard(nowNanos - HEARD) ? 1 : 0;
        }
        return !wasCutOff && roster.count(MemberState.ALIVE) == roster.size() && !isTooFew(heard);
    }
}
