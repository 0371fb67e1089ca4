// SPDX-License-Identifier: Apache-2.0

/// What the nodes of a cluster know of each other, and how they come to know it: identities and
/// the cluster secret, signed node records, the join exchange, gossip membership and the blocks
/// of the overlay network that nodes claim.
///
/// Pure: bytes and `now` in, instructions out. No socket, no clock, no thread, no log;
/// randomness comes from the caller. `docs/gossip.md` and `docs/join.md` hold the layouts and
/// the reason of each constant. Everything that strangers send is parsed into values and
/// counted, never thrown.
@NullMarked
package warren.cluster;

import org.jspecify.annotations.NullMarked;
