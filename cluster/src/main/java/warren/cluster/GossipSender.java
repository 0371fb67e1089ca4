// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.List;
import warren.cluster.Gossip.Outbox;

/// Sends datagrams, with rumours in whatever room is left. Confined to the gossip loop.
final class GossipSender {
    private static final int ROOM =
            Gossip.MAX_DATAGRAM - GossipLayout.HEADER_LENGTH - GossipLayout.MAC_LENGTH;

    private final ClusterId cluster;
    private final GossipSeal seal;
    private final Roster roster;
    private final Rumours rumours;
    private final Outbox outbox;
    private final MemberEntry self;

    GossipSender(
            ClusterId cluster,
            GossipSeal seal,
            Roster roster,
            Rumours rumours,
            MemberEntry self,
            Outbox outbox) {
        this.cluster = cluster;
        this.seal = seal;
        this.roster = roster;
        this.rumours = rumours;
        this.self = self;
        this.outbox = outbox;
    }

    /// A datagram with nothing but its body, which is at most [#room()] long.
    void send(MemberEntry to, int type, int number, WireWriter body) {
        byte[] datagram = seal.seal(to, self, type, number, body);
        outbox.send(to.id, NodeAddress.of(cluster, to.id), datagram);
    }

    /// A datagram whose body ends in updates: how we see the receiver where it is not as it sees
    /// itself, and rumours where it is not suspect: each is sent a few times only.
    void sendWithNews(MemberEntry to, int type, int number, WireWriter body) {
        addView(to, body);
        if (!to.isDoubted()) {
            addRumours(body);
        }
        send(to, type, number, body);
    }

    /// The same where another decides when: it does not get news with each, or it could have
    /// used them up before anybody else has heard them.
    void answer(MemberEntry to, int type, int number, long nowNanos) {
        WireWriter body = new WireWriter(64);
        addView(to, body);
        if (to.link().mayHear(nowNanos)) {
            addRumours(body);
        }
        send(to, type, number, body);
    }

    private void addRumours(WireWriter body) {
        rumours.take(body, ROOM - body.length(), roster.present(), self.id);
    }

    private void addView(MemberEntry to, WireWriter body) {
        if (to.state == MemberState.SUSPECT || to.state == MemberState.DEAD) {
            body.put(GossipUpdate.state(to, self.id));
        }
    }

    /// Updates alone, in as many datagrams as they need and the receiver's budget allows.
    void sendUpdates(MemberEntry to, List<byte[]> updates, long nowNanos) {
        int done = 0;
        while (done < updates.size() && to.link().spend(nowNanos)) {
            WireWriter body = new WireWriter();
            while (done < updates.size() && body.length() + updates.get(done).length <= ROOM) {
                body.put(updates.get(done++));
            }
            send(to, GossipLayout.GOSSIP, 0, body);
        }
    }

    static int room() {
        return ROOM;
    }
}
