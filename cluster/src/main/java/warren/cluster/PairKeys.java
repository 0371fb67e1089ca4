// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import javax.security.auth.Destroyable;
import warren.wireguard.PresharedKey;

/// The keys two nodes share because both hold the cluster secret: derived, never sent. The same
/// for both, whichever of them derives.
@SuppressWarnings({"DoNotCallSuggester", "UnusedMethod", "UnusedVariable"}) // until it is built
public final class PairKeys implements Destroyable {
    private final int epoch;
    private final byte[] presharedKey;
    private final byte[] gossipKey;

    private PairKeys(int epoch, byte[] presharedKey, byte[] gossipKey) {
        this.epoch = epoch;
        this.presharedKey = presharedKey;
        this.gossipKey = gossipKey;
    }

    public static PairKeys derive(ClusterSecret secret, IdentityKey one, IdentityKey other) {
        throw Skeleton.missing();
    }

    public int epoch() {
        return epoch;
    }

    /// What WireGuard mixes into the handshakes of this pair; the caller destroys it.
    public PresharedKey presharedKey() {
        return new PresharedKey(presharedKey);
    }

    /// The key of the MAC on gossip datagrams; not a copy.
    byte[] gossipKey() {
        return gossipKey;
    }

    @Override
    public void destroy() {
        throw Skeleton.missing();
    }

    @Override
    public boolean isDestroyed() {
        throw Skeleton.missing();
    }

    @Override
    public String toString() {
        return "PairKeys(epoch " + epoch + ", redacted)";
    }
}
