// SPDX-License-Identifier: Apache-2.0
package warren.linux.route;

import org.jspecify.annotations.Nullable;

/// A network interface as the kernel describes it. Immutable.
///
/// @param index unique in its namespace, kept when the link is renamed
/// @param kind `veth`, `tun`, `wireguard`…; null for hardware and the loopback
/// @param up the administrator's wish (`IFF_UP`)
/// @param carrier whether packets can leave (`IFF_LOWER_UP`); false for one end of a veth pair
///     whose other end is down
/// @param address null for a link without link-layer addresses, such as a TUN device
/// @param alias free text of who made the link; null when it has none
/// @param master index of the bridge or VRF the link belongs to, or 0
/// @param peer index of the link this one sits on or, for a veth, of its other end, in
///     the namespace `peerNamespace`; 0 when there is none
/// @param peerNamespace the id that this namespace has for the peer's one, or -1 when it is
///     the same
public record Link(
        int index,
        String name,
        @Nullable String kind,
        int mtu,
        boolean up,
        boolean carrier,
        @Nullable MacAddress address,
        @Nullable String alias,
        int master,
        int peer,
        int peerNamespace) {}
