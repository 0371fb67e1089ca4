// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// News on their way: that the state or the record of a node has changed, each sent a limited
/// number of times, the least sent first. Rides on every datagram that has room. A rumour is the
/// entry itself, written as it is when it is sent: a newer state replaces an older one, and
/// thousands cost a few bytes each. Bounded by the number of nodes. Confined to the gossip loop.
final class Rumours {
    /// Nothing is to be sent: what [MemberEntry#stateSent] and [MemberEntry#recordSent] are
    /// otherwise.
    static final byte IDLE = -1;

    private enum Kind {
        STATE,
        RECORD
    }

    /// What waits, by how often it was sent. An entry that was started again, or dropped, may
    /// still be in the queue of its earlier count: its own count says so.
    private final List<Deque<MemberEntry>> states = new ArrayList<>();

    private final List<Deque<MemberEntry>> records = new ArrayList<>();
    private int waiting;

    /// A roll call on its way.
    private byte @Nullable [] call;

    private int callSent;

    void spreadState(MemberEntry about) {
        waiting += about.stateSent == IDLE ? 1 : 0;
        about.stateSent = 0;
        queue(states, 0).addFirst(about);
    }

    /// The record, with the state.
    void spreadRecord(MemberEntry about) {
        waiting += about.recordSent == IDLE ? 1 : 0;
        about.recordSent = 0;
        queue(records, 0).addFirst(about);
        if (about.stateSent != IDLE) {
            about.stateSent = IDLE; // the record says it too
            waiting--;
        }
    }

    void spreadCall(byte[] update) {
        waiting += call == null ? 1 : 0;
        call = update;
        callSent = 0;
    }

    void drop(MemberEntry about) {
        waiting -= about.stateSent == IDLE ? 0 : 1;
        waiting -= about.recordSent == IDLE ? 0 : 1;
        about.stateSent = IDLE;
        about.recordSent = IDLE;
    }

    boolean isEmpty() {
        return waiting == 0;
    }

    int size() {
        return waiting;
    }

    /// Writes updates that together fit into `room`, and counts them as sent once more. States
    /// go first: they are short and urgent.
    ///
    /// @param nodes how many nodes the cluster has: rumours are repeated with its logarithm
    void take(WireWriter out, int room, int nodes, NodeId self) {
        if (waiting == 0) {
            return;
        }
        int end = out.length() + room;
        int limit = limit(nodes);
        byte[] calling = call;
        if (calling != null && out.length() + calling.length <= end) {
            out.put(calling);
            if (++callSent >= limit) {
                call = null;
                waiting--;
            }
        }
        take(Kind.STATE, out, end, limit, self);
        take(Kind.RECORD, out, end, limit, self);
        if (waiting == 0) {
            states.clear();
            records.clear();
        }
    }

    /// Many at once need less repetition each: repair finds the few that a node misses.
    private int limit(int nodes) {
        int steps = (int) Math.ceil(Math.log10(Math.max(10, nodes)));
        return waiting > GossipLayout.STORM
                ? GossipLayout.STORM_RETRANSMIT
                : Math.max(GossipLayout.RETRANSMIT_LEAST, GossipLayout.RETRANSMIT * steps);
    }

    private void take(Kind kind, WireWriter out, int end, int limit, NodeId self) {
        List<Deque<MemberEntry>> queues = kind == Kind.STATE ? states : records;
        List<MemberEntry> sent = new ArrayList<>();
        for (int count = 0; count < queues.size(); count++) {
            Deque<MemberEntry> queue = queues.get(count);
            while (!queue.isEmpty()) {
                MemberEntry entry = queue.getFirst();
                if (sent(kind, entry) == count) {
                    if (!write(kind, entry, self, out, end)) {
                        break;
                    }
                    sent.add(entry);
                    count(kind, entry, count + 1 >= limit ? IDLE : count + 1);
                }
                queue.removeFirst();
            }
            if (queue.isEmpty() && waiting > GossipLayout.STORM) {
                queues.set(count, new ArrayDeque<>()); // the old one stays as long as it was
            }
        }
        for (MemberEntry entry : sent) {
            int count = sent(kind, entry);
            if (count != IDLE) {
                queue(queues, count).addLast(entry);
            }
        }
    }

    /// @return false where it does not fit
    private static boolean write(
            Kind kind, MemberEntry entry, NodeId self, WireWriter out, int end) {
        switch (kind) {
            case STATE -> {
                GossipUpdate.State update = GossipUpdate.stateOf(entry, self);
                if (out.length() + GossipUpdate.length(update) > end) {
                    return false;
                }
                GossipUpdate.write(out, update);
            }
            case RECORD -> {
                byte[] update = GossipUpdate.node(entry);
                if (out.length() + update.length > end) {
                    return false;
                }
                out.put(update);
            }
        }
        return true;
    }

    private static int sent(Kind kind, MemberEntry entry) {
        return switch (kind) {
            case STATE -> entry.stateSent;
            case RECORD -> entry.recordSent;
        };
    }

    private void count(Kind kind, MemberEntry entry, int count) {
        waiting -= count == IDLE ? 1 : 0;
        switch (kind) {
            case STATE -> entry.stateSent = (byte) count;
            case RECORD -> entry.recordSent = (byte) count;
        }
    }

    private static Deque<MemberEntry> queue(List<Deque<MemberEntry>> queues, int count) {
        while (queues.size() <= count) {
            queues.add(new ArrayDeque<>());
        }
        return queues.get(count);
    }
}
