// SPDX-License-Identifier: Apache-2.0
package warren.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import javax.security.auth.Destroyable;
import warren.wireguard.Hkdf;
import warren.wireguard.PresharedKey;

/// The keys two nodes share because both hold the cluster secret: derived, never sent. The same
/// for both, whichever of them derives.
///
/// ```
/// (preshared key, gossip key) = HKDF-BLAKE2s(secret, "warren pair 1" | epoch | lesser | greater)
/// ```
///
/// `lesser` and `greater` are the raw identities in the order of their bytes.
public final class PairKeys implements Destroyable {
    private static final byte[] LABEL = "warren pair 1".getBytes(US_ASCII);
    private static final int LENGTH = 32;

    private final int epoch;
    private final byte[] presharedKey;
    private final byte[] gossipKey;

    private PairKeys(int epoch, byte[] presharedKey, byte[] gossipKey) {
        this.epoch = epoch;
        this.presharedKey = presharedKey;
        this.gossipKey = gossipKey;
    }

    public static PairKeys derive(ClusterSecret secret, IdentityKey one, IdentityKey other) {
        boolean inOrder = one.compareTo(other) <= 0;
        byte[] input =
                new WireWriter()
                        .put(LABEL)
                        .u32(secret.epoch())
                        .put((inOrder ? one : other).toBytes())
                        .put((inOrder ? other : one).toBytes())
                        .toBytes();
        byte[] key = secret.toBytes();
        byte[] presharedKey = new byte[LENGTH];
        byte[] gossipKey = new byte[LENGTH];
        Hkdf hkdf = new Hkdf();
        hkdf.kdf2(key, input, presharedKey, gossipKey);
        hkdf.wipe();
        Arrays.fill(key, (byte) 0);
        return new PairKeys(secret.epoch(), presharedKey, gossipKey);
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
        Arrays.fill(presharedKey, (byte) 0);
        Arrays.fill(gossipKey, (byte) 0);
    }

    @Override
    public boolean isDestroyed() {
        int any = 0;
        for (byte b : gossipKey) {
            any |= b;
        }
        return any == 0;
    }

    @Override
    public String toString() {
        return "PairKeys(epoch " + epoch + ", redacted)";
    }
}
