// SPDX-License-Identifier: Apache-2.0
package warren.agent;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import warren.cluster.ClusterSecret;
import warren.cluster.Identity;
import warren.cluster.IdentityKey;
import warren.cluster.PairKeys;
import warren.wireguard.PresharedKey;

/// The preshared keys of this node with each other, derived once. Confined to the reconcile loop.
final class TunnelKeys {
    private final Identity identity;
    private final ClusterSecret secret;
    private final Map<IdentityKey, PresharedKey> keys = new HashMap<>();

    TunnelKeys(Identity identity, ClusterSecret secret) {
        this.identity = identity;
        this.secret = secret;
    }

    PresharedKey with(IdentityKey other) {
        return keys.computeIfAbsent(other, this::derive);
    }

    private PresharedKey derive(IdentityKey other) {
        PairKeys pair = PairKeys.derive(secret, identity.key(), other);
        try {
            return pair.presharedKey();
        } finally {
            pair.destroy();
        }
    }

    /// Forgets the keys with everybody else.
    void retain(Collection<IdentityKey> peers) {
        HashSet<IdentityKey> gone = new HashSet<>(keys.keySet());
        gone.removeAll(new HashSet<>(peers));
        for (IdentityKey each : gone) {
            PresharedKey key = keys.remove(each);
            if (key != null) {
                key.destroy();
            }
        }
    }
}
