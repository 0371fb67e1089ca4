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
/// Not final: simulations of thousands go without MACs.
class GossipSeal {
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

    /// @param own of this node: whose record and incarnation the header names
    /// @param body what follows the header
    byte[] seal(MemberEntry to, MemberEntry own, int type, int number, WireWriter body) {
        int epoch = epochFor(to);
        int end = GossipLayout.HEADER_LENGTH + body.length();
        WireWriter out = new WireWriter(end + GossipLayout.MAC_LENGTH);
        int sequence = (int) own.record.sequence() & 0xffff;
        new GossipDatagram.Header(
                        GossipLayout.VERSION, type, epoch, sequence, own.incarnation, number)
                .write(out);
        byte[] datagram = out.put(body).put(new byte[GossipLayout.MAC_LENGTH]).toBytes();
        byte[] mac = mac(to, epoch, true, datagram);
        if (mac == null) {
            throw new IllegalStateException("an epoch that was just chosen");
        }
        System.arraycopy(mac, 0, datagram, end, mac.length);
        return datagram;
    }

    /// Null where the datagram is genuinely from `from`.
    @Nullable GossipDrop check(MemberEntry from, GossipDatagram.Header header, byte[] datagram) {
        byte[] mac = mac(from, header.epoch(), false, datagram);
        if (mac == null) {
            return GossipDrop.UNKNOWN_EPOCH;
        }
        int end = datagram.length - GossipLayout.MAC_LENGTH;
        byte[] claimed = Arrays.copyOfRange(datagram, end, datagram.length);
        return MessageDigest.isEqual(claimed, mac) ? null : GossipDrop.BAD_MAC;
    }

    /// What the end of a datagram must be; null where this node does not hold the epoch.
    ///
    /// @param outgoing whether it goes to `peer`, or comes from it
    byte @Nullable [] mac(MemberEntry peer, int epoch, boolean outgoing, byte[] datagram) {
        PairKeys keys = keys(peer, epoch);
        if (keys == null) {
            return null;
        }
        byte[] ids =
                new WireWriter(2 * NodeId.LENGTH)
                        .put(outgoing ? identity.id() : peer.id)
                        .put(outgoing ? peer.id : identity.id())
                        .toBytes();
        return blake.beginKeyed(GossipLayout.MAC_LENGTH, keys.gossipKey())
                .update(ids)
                .update(datagram, 0, datagram.length - GossipLayout.MAC_LENGTH)
                .finish();
    }

    boolean holds(int epoch) {
        for (ClusterSecret secret : secrets) {
            if (secret.tag() == epoch) {
                return true;
            }
        }
        return false;
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
            if (to.record.content().epochs().contains(secret.tag())) {
                return secret.tag();
            }
        }
        return secrets.getFirst().tag();
    }

    private @Nullable PairKeys keys(MemberEntry peer, int epoch) {
        PairKeys known = peer.link().keys.get(epoch);
        if (known != null) {
            return known;
        }
        for (ClusterSecret secret : secrets) {
            if (secret.tag() == epoch) {
                PairKeys keys = PairKeys.derive(secret, identity.key(), peer.record.identity());
                peer.link().keys.put(epoch, keys);
                return keys;
            }
        }
        return null;
    }
}
