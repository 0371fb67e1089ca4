// SPDX-License-Identifier: Apache-2.0

/// The userspace WireGuard device, a process of its own: packet loops between a TUN interface and
/// UDP sockets around the pure protocol of `warren.wireguard`, the UAPI socket through which stock
/// `wg` and the agent drive it, and the client of that socket. Packet loops are platform threads
/// without allocation; everything else is plain blocking code on virtual threads.
@NullMarked
package warren.tunnel;

import org.jspecify.annotations.NullMarked;
