// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.List;
import warren.cluster.Gossip.Outbox;

/// Sends datagrams, with rumours in whatever room is left. Confined to the gossip loop.
final class GossipSender {
    private static final int ROOM =
            Gossip.MAX_DATAGRAM - GossipLayout.HEADER_LENGTH - GossipLayout.MAC_LENGTH;

    private final GossipSeal seal;
    private final Roster roster;
    private final Rumours rumours;
    private final Outbox outbox;
    private final Membership membership;

    GossipSender(
            GossipSeal seal, Roster roster, Rumours rumours, Membership membership, Outbox outbox) {
        this.seal = seal;
        this.roster = roster;
        this.rumours = rumours;
        this.membership = membership;
        this.outbox = outbox;
    }

    /// A datagram with nothing but its body, which is at most [#room()] long.
    void send(MemberEntry to, int type, int number, byte[] body) {
        outbox.send(to.id, to.address, seal.seal(to, type, membership.incarnation(), number, body));
    }

    /// A datagram whose body ends in updates: how we see the receiver where it is not as it sees
    /// itself, and rumours.
    void sendWithNews(MemberEntry to, int type, int number, WireWriter body) {
        if (to.state != MemberState.ALIVE) {
            body.put(membership.stateOf(to));
        }
        for (byte[] update : rumours.take(ROOM - body.length(), roster.present())) {
            body.put(update);
        }
        send(to, type, number, body.toBytes());
    }

    /// Updates alone, in as many datagrams as they need and the receiver's budget allows.
    ///
    /// @return how many updates were sent
    int sendUpdates(MemberEntry to, List<byte[]> updates, long nowNanos) {
        int done = 0;
        while (done < updates.size() && to.spend(nowNanos)) {
            WireWriter body = new WireWriter();
            while (done < updates.size() && body.length() + updates.get(done).length <= ROOM) {
                body.put(updates.get(done++));
            }
            send(to, GossipLayout.GOSSIP, 0, body.toBytes());
        }
        return done;
    }

    static int room() {
        return ROOM;
    }
}
