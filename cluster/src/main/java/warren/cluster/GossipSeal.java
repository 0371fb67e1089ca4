// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import warren.wireguard.Blake2s;

/// Header and MAC of gossip datagrams: keyed BLAKE2s under the pair's key, over both node ids
/// and the datagram, so that none can be turned round or passed on. Confined to the gossip loop.
final class GossipSeal {
    /// Longer than the two ids that a datagram's MAC starts with: never the start of one.
    private static final byte[] STREAM = "warren gossip bulk stream 1".getBytes(US_ASCII);

    private final Identity identity;
    private final Blake2s blake = new Blake2s();
    private List<ClusterSecret> secrets;

    GossipSeal(Identity identity, List<ClusterSecret> secrets) {
        this.identity = identity;
        this.secrets = List.copyOf(secrets);
    }

    /// The caller forgets the keys kept with the members.
    void replace(List<ClusterSecret> newSecrets) {
        secrets = List.copyOf(newSecrets);
    }

    /// @param body what follows the header
    byte[] seal(MemberEntry to, int type, int incarnation, int number, byte[] body) {
        int epoch = epochFor(to);
        WireWriter out = new WireWriter();
        new GossipDatagram.Header(GossipLayout.VERSION, type, epoch, incarnation, number)
                .write(out);
        byte[] covered = out.put(body).toBytes();
        PairKeys keys = keys(to, epoch);
        if (keys == null) {
            throw new IllegalStateException("an epoch that was just chosen");
        }
        return out.put(mac(keys, identity.id(), to.id, covered)).toBytes();
    }

    /// Null where the datagram is genuinely from `from`.
    @Nullable GossipDrop check(MemberEntry from, GossipDatagram.Header header, byte[] datagram) {
        PairKeys keys = keys(from, header.epoch());
        if (keys == null) {
            return GossipDrop.UNKNOWN_EPOCH;
        }
        int end = datagram.length - GossipLayout.MAC_LENGTH;
        byte[] covered = Arrays.copyOf(datagram, end);
        byte[] mac = Arrays.copyOfRange(datagram, end, datagram.length);
        return MessageDigest.isEqual(mac, mac(keys, from.id, identity.id(), covered))
                ? null
                : GossipDrop.BAD_MAC;
    }

    /// The MAC of a frame of a bulk stream; null where this node does not hold the epoch.
    ///
    /// @param outgoing whether the frame goes to `peer`, or comes from it
    /// @param context what tells the frame from all others of the pair
    byte @Nullable [] streamMac(
            MemberEntry peer, int epoch, boolean outgoing, byte[] context, byte[] covered) {
        PairKeys keys = keys(peer, epoch);
        if (keys == null) {
            return null;
        }
        return blake.beginKeyed(GossipLayout.MAC_LENGTH, keys.gossipKey())
                .update(STREAM)
                .update(outgoing ? identity.id().toBytes() : peer.id.toBytes())
                .update(outgoing ? peer.id.toBytes() : identity.id().toBytes())
                .update((byte) context.length)
                .update(context)
                .update(covered)
                .finish();
    }

    /// The newest epoch that both hold; where the other's record names none of ours, our newest.
    int epochFor(MemberEntry to) {
        for (ClusterSecret secret : secrets) {
            if (to.record.content().epochs().contains(secret.epoch())) {
                return secret.epoch();
            }
        }
        return secrets.getFirst().epoch();
    }

    private @Nullable PairKeys keys(MemberEntry peer, int epoch) {
        PairKeys known = peer.keys.get(epoch);
        if (known != null) {
            return known;
        }
        for (ClusterSecret secret : secrets) {
            if (secret.epoch() == epoch) {
                PairKeys keys = PairKeys.derive(secret, identity.key(), peer.record.identity());
                peer.keys.put(epoch, keys);
                return keys;
            }
        }
        return null;
    }

    private byte[] mac(PairKeys keys, NodeId from, NodeId to, byte[] covered) {
        return blake.beginKeyed(GossipLayout.MAC_LENGTH, keys.gossipKey())
                .update(from.toBytes())
                .update(to.toBytes())
                .update(covered)
                .finish();
    }
}
