// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.List;

/// News of one node, as datagrams carry them.
///
/// ```
/// 1 | length | node id (10) | state (1) | sequence (varint) | incarnation (varint) | said by (10)
/// 2 | length | node id (10) | state (1) | incarnation (varint) | node record
/// 3 | length | eviction
/// 4 | length | caller (10) | number (4)
/// ```
///
/// `said by` stands only where the state is suspect.
sealed interface GossipUpdate {
    /// A claim about a node.
    ///
    /// @param sequence of the record that the incarnation belongs to
    /// @param by the node that saw it
    record State(NodeId about, MemberState state, long sequence, int incarnation, NodeId by)
            implements GossipUpdate {}

    /// A claim about a node, with its record: not parsed before it is known to be news.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Node(NodeId about, MemberState state, int incarnation, byte[] record)
            implements GossipUpdate {}

    record Evicted(Eviction eviction) implements GossipUpdate {}

    static byte[] evicted(Eviction eviction) {
        byte[] bytes = eviction.toBytes();
        return new WireWriter(3 + bytes.length)
                .u8(GossipLayout.UPDATE_EVICTED)
                .u16(bytes.length)
                .put(bytes)
                .toBytes();
    }

    /// Whoever hears this says that it is there.
    record RollCall(NodeId caller, int number) implements GossipUpdate {}

    /// What `self` says of a node.
    static byte[] state(MemberEntry entry, NodeId self) {
        return state(stateOf(entry, self));
    }

    static byte[] state(State update) {
        WireWriter out = new WireWriter(length(update));
        write(out, update);
        return out.toBytes();
    }

    static State stateOf(MemberEntry entry, NodeId self) {
        Suspicion suspicion = entry.suspicion;
        return new State(
                entry.id,
                entry.state,
                entry.record.sequence(),
                entry.incarnation,
                suspicion == null ? self : suspicion.accuser(self));
    }

    /// How many bytes [#write] needs for it.
    static int length(State update) {
        return GossipLayout.UPDATE_HEADER_LENGTH + bodyLength(update);
    }

    static void write(WireWriter out, State update) {
        out.u8(GossipLayout.UPDATE_STATE)
                .u16(bodyLength(update))
                .put(update.about)
                .u8(update.state.code())
                .varint(update.sequence)
                .varint(update.incarnation);
        if (update.state == MemberState.SUSPECT) {
            out.put(update.by);
        }
    }

    private static int bodyLength(State update) {
        return NodeId.LENGTH
                + 1
                + WireWriter.varintLength(update.sequence)
                + WireWriter.varintLength(update.incarnation)
                + (update.state == MemberState.SUSPECT ? NodeId.LENGTH : 0);
    }

    static byte[] node(MemberEntry entry) {
        return node(entry.record, entry.state, entry.incarnation);
    }

    static byte[] node(NodeRecord record, MemberState state, int incarnation) {
        WireWriter body =
                new WireWriter(GossipLayout.NODE_OVERHEAD + record.length())
                        .put(record.id())
                        .u8(state.code())
                        .varint(incarnation);
        record.write(body);
        return wrap(GossipLayout.UPDATE_NODE, body);
    }

    static byte[] rollCall(RollCall call) {
        WireWriter body = new WireWriter(16).put(call.caller).u32(call.number);
        return wrap(GossipLayout.UPDATE_ROLL_CALL, body);
    }

    /// Reads to the end of `in`. Kinds and states of later versions are skipped; `in` fails
    /// where the lengths do not add up.
    ///
    /// @param from who sent it: says what nobody else is named for
    static List<GossipUpdate> read(WireReader in, NodeId from) {
        List<GossipUpdate> updates = new ArrayList<>();
        while (in.remaining() > 0) {
            int kind = in.u8();
            WireReader body = in.slice(in.u16());
            switch (kind) {
                case GossipLayout.UPDATE_STATE -> readState(body, from, updates);
                case GossipLayout.UPDATE_NODE -> readNode(body, updates);
                case GossipLayout.UPDATE_EVICTED -> readEvicted(body, updates);
                case GossipLayout.UPDATE_ROLL_CALL -> readCall(body, updates);
                default -> {
                    // of a later version
                }
            }
        }
        return in.failed() ? List.of() : updates;
    }

    private static byte[] wrap(int kind, WireWriter body) {
        return new WireWriter(GossipLayout.UPDATE_HEADER_LENGTH + body.length())
                .u8(kind)
                .u16(body.length())
                .put(body)
                .toBytes();
    }

    private static void readState(WireReader in, NodeId from, List<GossipUpdate> updates) {
        NodeId about = in.id();
        MemberState state = MemberState.of(in.u8());
        long sequence = in.varint();
        long incarnation = in.varint();
        NodeId by = state == MemberState.SUSPECT ? in.id() : from;
        boolean sound = in.isDone() && incarnation <= GossipLayout.MAX_INCARNATION;
        if (sound && state != null && state != MemberState.LEFT) {
            updates.add(new State(about, state, sequence, (int) incarnation, by));
        }
    }

    private static void readEvicted(WireReader in, List<GossipUpdate> updates) {
        Eviction eviction = Eviction.parse(in.take(in.remaining()));
        if (!in.failed() && eviction != null) {
            updates.add(new Evicted(eviction));
        }
    }

    private static void readNode(WireReader in, List<GossipUpdate> updates) {
        NodeId about = in.id();
        MemberState state = MemberState.of(in.u8());
        long incarnation = in.varint();
        byte[] record = in.take(in.remaining());
        boolean sound =
                !in.failed()
                        && incarnation <= GossipLayout.MAX_INCARNATION
                        && record.length <= NodeRecord.MAX_LENGTH;
        if (sound && state != null) {
            updates.add(new Node(about, state, (int) incarnation, record));
        }
    }

    private static void readCall(WireReader in, List<GossipUpdate> updates) {
        NodeId caller = in.id();
        int number = in.u32();
        if (!in.failed()) {
            updates.add(new RollCall(caller, number));
        }
    }
}
