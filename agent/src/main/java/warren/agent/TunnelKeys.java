// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import warren.cluster.ClusterSecret;
import warren.cluster.Identity;
import warren.cluster.IdentityKey;
import warren.cluster.NodeRecord;
import warren.cluster.PairKeys;
import warren.wireguard.PresharedKey;

/// The preshared keys of this node with each other, derived once for each secret in use. Confined
/// to the reconcile loop.
///
/// A pair uses the newest secret that both hold. Sessions outlive the change of a preshared key, so
/// it does not matter that the two do not change it at once; a handshake that falls in between is
/// tried again. What a node knows of the other's record may be old, though, when both were away:
/// while nothing is heard from a peer that announces none of our newest secret, its turn comes
/// every other quarter of a minute. Never the other way round: an older secret than the one a peer
/// announces would be weaker.
final class TunnelKeys {
    static final long TURN_NANOS = TimeUnit.SECONDS.toNanos(15);

    private record Key(IdentityKey other, int tag) {}

    private final Identity identity;
    private List<ClusterSecret> secrets;
    private final Map<Key, PresharedKey> keys = new HashMap<>();

    TunnelKeys(Identity identity, ClusterSecret secret) {
        this.identity = identity;
        this.secrets = List.of(secret);
    }

    /// @param held newest first
    void use(List<ClusterSecret> held) {
        secrets = List.copyOf(held);
    }

    /// @param quiet whether there is no session with the peer, and none comes about
    PresharedKey with(NodeRecord peer, boolean quiet, long nowNanos) {
        ClusterSecret newest = secrets.getFirst();
        ClusterSecret common = newest;
        for (ClusterSecret secret : secrets.reversed()) {
            if (peer.content().epochs().contains(secret.tag())) {
                common = secret;
            }
        }
        boolean turn = quiet && Math.floorMod(nowNanos / TURN_NANOS, 2) == 1;
        ClusterSecret chosen = turn ? newest : common;
        return keys.computeIfAbsent(
                new Key(peer.identity(), chosen.tag()), _ -> derive(peer.identity(), chosen));
    }

    private PresharedKey derive(IdentityKey other, ClusterSecret secret) {
        PairKeys pair = PairKeys.derive(secret, identity.key(), other);
        try {
            return pair.presharedKey();
        } finally {
            pair.destroy();
        }
    }

    /// Forgets the keys with everybody else, and those of secrets no longer held.
    void retain(Collection<IdentityKey> peers) {
        Set<IdentityKey> wanted = new HashSet<>(peers);
        Set<Integer> held = new HashSet<>();
        secrets.forEach(secret -> held.add(secret.tag()));
        for (Key each : List.copyOf(keys.keySet())) {
            if (!wanted.contains(each.other) || !held.contains(each.tag)) {
                PresharedKey key = keys.remove(each);
                if (key != null) {
                    key.destroy();
                }
            }
        }
    }
}
