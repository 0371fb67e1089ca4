// SPDX-License-Identifier: Apache-2.0

/// The node among the others: the loop that owns the gossip core and its socket, and both sides of
/// the join exchange over TCP. The protocols themselves are pure and live in `cluster`; here are
/// sockets, deadlines and files.
@NullMarked
package warren.agent.member;

import org.jspecify.annotations.NullMarked;
