// SPDX-License-Identifier: Apache-2.0
package warren.linux.netlink;

/// A request before the socket gives it a sequence number and a port. Immutable.
///
/// @param operation what is asked, on what, for the exception: `link set 3`
/// @param type `RTM_NEWLINK` and the like
/// @param flags beyond `NLM_F_REQUEST`, `NLM_F_ACK` and `NLM_F_DUMP`, which the socket sets
/// @param payload the family's fixed structure and attributes
public record NetlinkRequest(String operation, int type, int flags, PayloadWriter payload) {}
