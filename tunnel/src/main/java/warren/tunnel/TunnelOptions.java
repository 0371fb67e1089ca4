// SPDX-License-Identifier: Apache-2.0
package warren.tunnel;

import java.nio.file.Path;
import warren.wireguard.Aead;

/// How to run a device. Immutable.
///
/// @param name of the interface
/// @param aead what encrypts
/// @param offloads to be used where the kernel has them
/// @param queues of the interface, where the kernel gives it several
/// @param shared whether one thread serves both ways, where there is one queue
/// @param socketDirectory where the UAPI socket goes
/// @param stateDirectory where handshake timestamps are kept
record TunnelOptions(
        String name,
        Aead aead,
        Offloads offloads,
        int queues,
        boolean shared,
        Path socketDirectory,
        Path stateDirectory) {
    /// What every WireGuard interface starts with: Ethernet's 1500 less 80 for an IPv6 underlay.
    static final int DEFAULT_MTU = 1420;

    static final Path STATE_DIRECTORY = Path.of("/var/lib/warren");
}
