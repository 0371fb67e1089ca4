// SPDX-License-Identifier: Apache-2.0

/// The WireGuard device of the node as the agent drives it: one small interface, [Tunnel], with one
/// implementation a data plane, and the pure comparison of what the peers are with what they should
/// be. Only differences are ever applied: replacing peers would reset their sessions.
@NullMarked
package warren.agent.tunnel;

import org.jspecify.annotations.NullMarked;
