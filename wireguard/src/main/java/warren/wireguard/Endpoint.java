// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

import org.jspecify.annotations.Nullable;

/// Where a peer's datagrams go to and come from on the underlay. Immutable.
///
/// The local half is the sticky source of the kernel's WireGuard: replies leave from the address,
/// and for a link-local peer from the interface, that the peer's last authenticated datagram came
/// to.
///
/// @param address the peer's address, IPv4-mapped addresses unmapped
/// @param port the peer's UDP port, 1 to 65535
/// @param scopeId the interface index of a link-local IPv6 `address`; 0 otherwise
/// @param source the local address to send from; null leaves the choice to routing
/// @param sourceInterface the interface index `source` was seen on; 0 where `source` is null
public record Endpoint(
        IpAddress address, int port, int scopeId, @Nullable IpAddress source, int sourceInterface) {
    public Endpoint {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is not within 1..65535");
        }
    }

    /// An endpoint whose source address routing chooses.
    public static Endpoint of(IpAddress address, int port) {
        return new Endpoint(address, port, 0, null, 0);
    }

    /// The same remote with no sticky source, as after a local address has gone.
    public Endpoint withoutSource() {
        return source == null ? this : new Endpoint(address, port, scopeId, null, 0);
    }

    /// `192.0.2.1:51820` or `[2001:db8::1]:51820`, with `%INDEX` for a scope: as `wg show`.
    @Override
    public String toString() {
        if (address.isV4()) {
            return address + ":" + port;
        }
        return "[" + address + (scopeId == 0 ? "" : "%" + scopeId) + "]:" + port;
    }
}
