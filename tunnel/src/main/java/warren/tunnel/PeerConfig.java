// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.util.List;
import org.jspecify.annotations.Nullable;
import warren.wireguard.Endpoint;
import warren.wireguard.IpPrefix;
import warren.wireguard.PresharedKey;
import warren.wireguard.PublicKey;

/// A change to one peer: what is null, false or empty is left alone. Immutable, apart from the
/// preshared key it refers to, which stays the caller's to destroy.
///
/// @param publicKey which peer; created where it does not exist, unless `updateOnly`
/// @param remove whether the peer goes away; the rest is then ignored
/// @param updateOnly whether an unknown peer is left uncreated
/// @param presharedKey the new key of the pair; the all-zero key takes it away
/// @param endpoint where the peer is; a source address in it is not transmitted
/// @param persistentKeepalive seconds, 0 to 65535; 0 turns it off
/// @param replaceAllowedIps whether the peer's allowed IPs not listed go away
/// @param removeAllowedIps taken from the peer where it has them; a form that `wireguard-go`
///     before 2025 refuses
/// @param addAllowedIps given to the peer, and so taken from whichever peer has them
public record PeerConfig(
        PublicKey publicKey,
        boolean remove,
        boolean updateOnly,
        @Nullable PresharedKey presharedKey,
        @Nullable Endpoint endpoint,
        @Nullable Integer persistentKeepalive,
        boolean replaceAllowedIps,
        List<IpPrefix> removeAllowedIps,
        List<IpPrefix> addAllowedIps) {
    public PeerConfig {
        if (persistentKeepalive != null
                && (persistentKeepalive < 0 || persistentKeepalive > 65535)) {
            throw new IllegalArgumentException(
                    "keepalive " + persistentKeepalive + " is not within 0..65535");
        }
        removeAllowedIps = List.copyOf(removeAllowedIps);
        addAllowedIps = List.copyOf(addAllowedIps);
    }

    /// Creates the peer where it is missing and changes nothing else, to start from.
    public static PeerConfig of(PublicKey publicKey) {
        return new PeerConfig(
                publicKey, false, false, null, null, null, false, List.of(), List.of());
    }

    /// Takes the peer away where it is.
    public static PeerConfig removal(PublicKey publicKey) {
        return new PeerConfig(
                publicKey, true, false, null, null, null, false, List.of(), List.of());
    }

    /// The same change, only where the peer exists already.
    public PeerConfig updatingOnly() {
        return new PeerConfig(
                publicKey,
                remove,
                true,
                presharedKey,
                endpoint,
                persistentKeepalive,
                replaceAllowedIps,
                removeAllowedIps,
                addAllowedIps);
    }

    public PeerConfig withPresharedKey(PresharedKey key) {
        return new PeerConfig(
                publicKey,
                remove,
                updateOnly,
                key,
                endpoint,
                persistentKeepalive,
                replaceAllowedIps,
                removeAllowedIps,
                addAllowedIps);
    }

    public PeerConfig withEndpoint(Endpoint where) {
        return new PeerConfig(
                publicKey,
                remove,
                updateOnly,
                presharedKey,
                where,
                persistentKeepalive,
                replaceAllowedIps,
                removeAllowedIps,
                addAllowedIps);
    }

    public PeerConfig withPersistentKeepalive(int seconds) {
        return new PeerConfig(
                publicKey,
                remove,
                updateOnly,
                presharedKey,
                endpoint,
                seconds,
                replaceAllowedIps,
                removeAllowedIps,
                addAllowedIps);
    }

    /// Gives the peer exactly these allowed IPs.
    public PeerConfig withAllowedIps(List<IpPrefix> all) {
        return new PeerConfig(
                publicKey,
                remove,
                updateOnly,
                presharedKey,
                endpoint,
                persistentKeepalive,
                true,
                List.of(),
                all);
    }

    /// Gives and takes single allowed IPs and leaves the others.
    public PeerConfig changingAllowedIps(List<IpPrefix> removed, List<IpPrefix> added) {
        return new PeerConfig(
                publicKey,
                remove,
                updateOnly,
                presharedKey,
                endpoint,
                persistentKeepalive,
                false,
                removed,
                added);
    }
}
