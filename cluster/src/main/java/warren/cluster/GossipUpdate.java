// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.ArrayList;
import java.util.List;

/// News of one node, as datagrams carry them.
///
/// ```
/// 1 | length | node id (10) | state (1) | incarnation (4) | said by (10)
/// 2 | length | state (1) | incarnation (4) | node record
/// ```
sealed interface GossipUpdate {
    /// @param by the node that saw it
    record State(NodeId about, MemberState state, int incarnation, NodeId by)
            implements GossipUpdate {}

    record Node(KnownNode node) implements GossipUpdate {}

    static byte[] state(NodeId about, MemberState state, int incarnation, NodeId by) {
        return new WireWriter()
                .u8(GossipLayout.UPDATE_STATE)
                .u16(GossipLayout.STATE_LENGTH)
                .put(about.toBytes())
                .u8(state.code())
                .u32(incarnation)
                .put(by.toBytes())
                .toBytes();
    }

    static byte[] node(NodeRecord record, MemberState state, int incarnation) {
        return new WireWriter()
                .u8(GossipLayout.UPDATE_NODE)
                .u16(GossipLayout.NODE_OVERHEAD + record.length())
                .u8(state.code())
                .u32(incarnation)
                .put(record.toBytes())
                .toBytes();
    }

    /// Reads to the end of `in`. Kinds and states of later versions are skipped; `in` fails
    /// where the lengths do not add up.
    static List<GossipUpdate> read(WireReader in) {
        List<GossipUpdate> updates = new ArrayList<>();
        while (in.remaining() > 0) {
            int kind = in.u8();
            WireReader body = in.slice(in.u16());
            switch (kind) {
                case GossipLayout.UPDATE_STATE -> readState(body, updates);
                case GossipLayout.UPDATE_NODE -> readNode(body, updates);
                default -> {
                    // of a later version
                }
            }
        }
        return in.failed() ? List.of() : updates;
    }

    private static void readState(WireReader in, List<GossipUpdate> updates) {
        byte[] about = in.take(NodeId.LENGTH);
        MemberState state = MemberState.of(in.u8());
        int incarnation = in.u32();
        byte[] by = in.take(NodeId.LENGTH);
        if (in.isDone() && state != null && incarnation >= 0) {
            updates.add(new State(NodeId.of(about), state, incarnation, NodeId.of(by)));
        }
    }

    private static void readNode(WireReader in, List<GossipUpdate> updates) {
        MemberState state = MemberState.of(in.u8());
        int incarnation = in.u32();
        byte[] record = in.take(in.remaining());
        if (!in.failed()
                && state != null
                && incarnation >= 0
                && NodeRecord.parse(record) instanceof NodeRecord parsed) {
            updates.add(new Node(new KnownNode(parsed, state, incarnation)));
        }
    }
}
