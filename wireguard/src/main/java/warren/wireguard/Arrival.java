// SPDX-License-Identifier: Apache-2.0
package warren.wireguard;

/// How a handshake message came in, for whoever works on it. Lives within one call.
///
/// @param self our identity, which the caller's state lock keeps alive
/// @param source where the message came from, as yet unproven
/// @param nowNanos when
/// @param outbox for the answers
record Arrival(Identity self, Endpoint source, long nowNanos, Outbox outbox) {}
