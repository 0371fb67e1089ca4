// SPDX-License-Identifier: Apache-2.0

/// The userspace WireGuard device: packet loops and the UAPI socket.
@NullMarked
package warren.tunnel;

import org.jspecify.annotations.NullMarked;
