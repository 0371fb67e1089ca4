// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

/// The numbers of the gossip protocol; `docs/gossip.md` draws the datagrams and gives the reason
/// of every constant. Numbers of messages and updates are protocol: append only.
final class GossipLayout {
    // Specification

    static final int VERSION = 1;

    static final int PING = 1;
    static final int ACK = 2;
    static final int PING_REQUEST = 3;
    static final int GOSSIP = 4;
    static final int SYNC_ROOT = 5;
    static final int SYNC_BUCKETS = 6;
    static final int SYNC_ENTRIES = 7;
    static final int SYNC_WANT = 8;

    static final int SECRET = 16;
    static final int SYNC_EVICTIONS = 17;
    static final int WANT_EVICTIONS = 18;
    static final int WHO_BELONGS = 19;
    static final int BELONG = 20;

    static final int UPDATE_STATE = 1;
    static final int UPDATE_NODE = 2;
    static final int UPDATE_EVICTED = 3;
    static final int UPDATE_ROLL_CALL = 4;

    /// Version, type, epoch, incarnation, number.
    static final int HEADER_LENGTH = 1 + 1 + 4 + 4 + 4;

    static final int MAC_LENGTH = 16;

    /// Kind and length before each update.
    static final int UPDATE_HEADER_LENGTH = 1 + 2;

    /// At most: node id, state and incarnation before the record.
    static final int NODE_OVERHEAD = NodeId.LENGTH + 1 + 3;

    /// 16 bits: as much as the header has for it.
    static final int MAX_INCARNATION = 0xffff;

    static final int ROOT_LENGTH = 8;
    static final int BUCKETS = 256;

    /// So that all buckets fit one datagram.
    static final int BUCKET_LENGTH = 4;

    /// Node id, sequence number, record tag, state, incarnation.
    static final int ENTRY_LENGTH = NodeId.LENGTH + 8 + 4 + 1 + 2;

    /// What a bucket holds at most is one datagram with header, MAC and two bytes before
    /// entries.
    static final int BUCKET_ENTRIES =
            (Gossip.MAX_DATAGRAM - HEADER_LENGTH - MAC_LENGTH - 2) / ENTRY_LENGTH;

    // Our choices

    static final long MILLISECOND = 1_000_000L;
    static final long SECOND = 1000 * MILLISECOND;

    static final long PROBE_INTERVAL = SECOND;
    static final long DIRECT_TIMEOUT = 500 * MILLISECOND;
    /// Beyond one round of its ring: who has not pinged by then is probed.
    static final long OVERDUE = SECOND;

    static final long PROBE_TIMEOUT = SECOND;
    static final int HELPERS = 3;
    static final int RING_PEERS = 12;
    static final int MAX_HEALTH = 8;

    /// With ten nodes; a step more for each ten times as many.
    static final long SUSPICION_MIN = 4 * SECOND;

    static final long SUSPICION_STEP = SECOND;

    /// How much longer it lasts while one alone suspects.
    static final double SUSPICION_ALONE = 1.5;

    static final int CONFIRMATIONS = 3;
    static final long EXPIRY_INTERVAL = 100 * MILLISECOND;

    static final long GOSSIP_INTERVAL = 200 * MILLISECOND;
    static final long GOSSIP_DELAY = 20 * MILLISECOND;
    static final int GOSSIP_FANOUT = 3;
    static final int RETRANSMIT = 4;
    static final int RETRANSMIT_LEAST = 8;

    /// More rumours than a datagram holds.
    static final int STORM = 64;

    static final int STORM_RETRANSMIT = 6;
    static final int STORM_FANOUT = 8;

    /// Above this a node signs a new record, and counts from one again.
    static final int HIGH_INCARNATION = MAX_INCARNATION / 2;

    static final long RESIGN_INTERVAL = SECOND;

    /// How many nodes another sees alive and this one dead until it has all called.
    static final int ROLL_CALL_AT = 4;

    /// After a death no partition is taken to have ended for so long: the half that is out of reach
    /// is found dead one by one, by each node in its own time.
    static final long CALM = 5 * SECOND;

    static final long ROLL_CALL_INTERVAL = 60 * SECOND;

    /// More nodes than this at once are what somebody knows, not news.
    static final int NEWS = 16;

    /// How long after a record arrives its node is pinged: the owner must install the peer
    /// first.
    static final long GREETING_DELAY = 300 * MILLISECOND;

    static final long SECOND_GREETING = 500 * MILLISECOND;

    /// How long a node that has just come is not suspected for what this one finds: WireGuard
    /// may be at its second try.
    static final long GRACE = 6 * SECOND;

    static final long SYNC_INTERVAL = 10 * SECOND;
    static final long SYNC_AGAIN = SECOND;
    static final int SYNC_DATAGRAMS = 16;
    static final int BUDGET = 64;
    static final long BUDGET_INTERVAL = 50 * MILLISECOND;

    /// Signatures verified on the word of one node: at once, and one more each.
    static final int TRUST = 1024;

    static final long TRUST_INTERVAL = 20 * MILLISECOND;

    /// Above this many entries a stream is asked for, at most this often.
    static final int BULK_ENTRIES = 400;

    /// As many buckets differ where so many entries do: `256 - 256 e^(-400/256)`.
    static final int BULK_BUCKETS = 202;

    static final long BULK_INTERVAL = 10 * SECOND;

    static final long DEAD_PROBE_INTERVAL = 5 * SECOND;
    static final long TELL_INTERVAL = 500 * MILLISECOND;
    static final int MAX_RELAYS = 256;

    static final long ALONE_FIRST = 15 * SECOND;
    static final long RECOVERY_INTERVAL = 10 * SECOND;

    /// A loop that comes this late was stopped (a suspended machine): others are not to blame.
    static final long LATE = 2 * SECOND;

    /// Nodes that left are forgotten after three days: longer than any partition that a node
    /// which has not heard of it could come out of without joining anew.
    static final long TOMBSTONE = 3 * 24 * 3600 * SECOND;

    private GossipLayout() {}
}
