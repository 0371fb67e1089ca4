// SPDX-License-Identifier: Apache-2.0

/// The containers of this node: which there are, which address each has, and the veth pair that
/// plugs each in. A container is routed, not bridged: its interface has a single address and a
/// link-local gateway, which is the host's end of the pair.
@NullMarked
package warren.agent.container;

import org.jspecify.annotations.NullMarked;
