// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import warren.cluster.GossipDatagram.Header;
import warren.wireguard.IpAddress;

/// Looks at a datagram that came through the tunnel, from the outside in: its length, whose address
/// it is from, its version, its MAC; hears what the header says of the sender; and hands the body
/// to the part it is for. What is dropped is counted. Confined to the gossip loop.
final class GossipReceiver {
    private final GossipContext context;
    private final Evictions evictions;
    private final Vouching vouching;
    private final Membership membership;
    private final Prober prober;
    private final EvictionSpread evictionSpread;
    private final AntiEntropy antiEntropy;
    private final SecretSpread secretSpread;
    private final UpdateIntake updates;
    private final Map<GossipDrop, Long> drops = new EnumMap<>(GossipDrop.class);

    GossipReceiver(GossipParts parts, UpdateIntake updates) {
        this.context = parts.context;
        this.evictions = parts.evictions;
        this.vouching = parts.vouching;
        this.membership = parts.membership;
        this.prober = parts.prober;
        this.evictionSpread = parts.evictionSpread;
        this.antiEntropy = parts.antiEntropy;
        this.secretSpread = parts.secretSpread;
        this.updates = updates;
    }

    void onDatagram(IpAddress from, byte[] payload, long nowNanos) {
        GossipDrop drop = receive(from, payload, nowNanos);
        if (drop != null) {
            drops.merge(drop, 1L, Long::sum);
        }
    }

    long dropped(GossipDrop reason) {
        return drops.getOrDefault(reason, 0L);
    }

    /// The member that has this node address; null where none has.
    @Nullable MemberEntry sender(IpAddress from) {
        MemberEntry entry = from.isV4() ? null : context.roster().get(NodeId.of(from));
        return entry == null || !NodeAddress.of(context.cluster(), entry.id).equals(from)
                ? null
                : entry;
    }

    private @Nullable GossipDrop receive(IpAddress from, byte[] payload, long nowNanos) {
        if (payload.length < GossipLayout.HEADER_LENGTH + GossipLayout.MAC_LENGTH) {
            return GossipDrop.TOO_SHORT;
        }
        if (payload.length > Gossip.MAX_DATAGRAM) {
            return GossipDrop.TOO_LONG;
        }
        MemberEntry entry = sender(from);
        if (entry == null) {
            boolean out = !from.isV4() && evictions.isOut(NodeId.of(from));
            return out ? GossipDrop.EVICTED_SENDER : GossipDrop.UNKNOWN_SENDER;
        }
        WireReader in = new WireReader(payload, 0, payload.length - GossipLayout.MAC_LENGTH);
        Header header = Header.read(in);
        if (header.version() != GossipLayout.VERSION) {
            return GossipDrop.UNKNOWN_VERSION;
        }
        GossipDrop drop = context.seal().check(entry, header, payload);
        return drop == null ? onGenuine(entry, header, in, nowNanos) : drop;
    }

    private @Nullable GossipDrop onGenuine(
            MemberEntry from, Header header, WireReader in, long nowNanos) {
        from.link().spoke(nowNanos);
        vouching.heard(from, header.epoch());
        boolean estranged = heard(from, header, nowNanos);
        GossipDatagram datagram = GossipDatagram.parse(header.type(), in, from.id);
        GossipDrop drop = dispatch(from, header.number(), datagram, nowNanos);
        if (drop != null) {
            return drop;
        }
        if (estranged) {
            prober.tell(from, nowNanos);
        }
        secretSpread.heard(from, nowNanos);
        return null;
    }

    /// @return whether the sender should be told how we see it
    private boolean heard(MemberEntry from, Header header, long nowNanos) {
        short ahead = (short) (header.sequence() - from.record.sequence());
        if (ahead == 0) {
            return membership.heard(from, header.incarnation(), nowNanos);
        }
        if (from.link().mayTell(nowNanos)) {
            if (ahead > 0) { // it has published what has not arrived here
                antiEntropy.want(from, List.of(from.id), nowNanos);
            } else { // started from old state
                context.sender().sendUpdates(from, List.of(GossipUpdate.node(from)), nowNanos);
            }
        }
        return false;
    }

    private @Nullable GossipDrop dispatch(
            MemberEntry from, int number, GossipDatagram datagram, long nowNanos) {
        switch (datagram) {
            case GossipDatagram.Ping(List<GossipUpdate> news) -> {
                updates.apply(from, news, true, nowNanos);
                prober.onPing(from, number, nowNanos);
            }
            case GossipDatagram.Ack(List<GossipUpdate> news) -> {
                updates.apply(from, news, true, nowNanos);
                prober.onAck(from, number, nowNanos);
            }
            case GossipDatagram.PingRequest(NodeId target, List<GossipUpdate> news) -> {
                updates.apply(from, news, true, nowNanos);
                prober.onPingRequest(from, context.roster().get(target), number, nowNanos);
            }
            case GossipDatagram.News(List<GossipUpdate> news) ->
                    updates.apply(from, news, true, nowNanos);
            case GossipDatagram.SyncRoot(long root) -> antiEntropy.onRoot(from, root, nowNanos);
            case GossipDatagram.SyncBuckets(int[] buckets) ->
                    antiEntropy.onBuckets(from, buckets, nowNanos);
            case GossipDatagram.SyncEntries(List<GossipDatagram.Bucket> buckets) ->
                    antiEntropy.onEntries(from, buckets, nowNanos);
            case GossipDatagram.SyncWant(List<NodeId> ids) ->
                    antiEntropy.onWant(from, ids, nowNanos);
            case GossipDatagram.Secret secret -> secretSpread.onSecret(from, secret, nowNanos);
            case GossipDatagram.SyncEvictions(long hash, List<Long> tags) ->
                    evictionSpread.onTags(from, hash, tags, nowNanos);
            case GossipDatagram.WantEvictions(List<Long> tags) ->
                    evictionSpread.onWant(from, tags, nowNanos);
            case GossipDatagram.WhoBelongs() -> vouching.tell(from, nowNanos);
            case GossipDatagram.Belong(List<NodeId> ids) -> vouching.named(from, ids);
            case GossipDatagram.Malformed malformed -> {
                return switch (malformed) {
                    case UNKNOWN_TYPE -> GossipDrop.UNKNOWN_TYPE;
                    case BAD_BODY -> GossipDrop.BAD_BODY;
                };
            }
        }
        return null;
    }
}
