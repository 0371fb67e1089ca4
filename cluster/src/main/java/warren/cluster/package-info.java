// SPDX-License-Identifier: Apache-2.0

/// Membership, node records and the join protocol, as pure state machines.
@NullMarked
package warren.cluster;

import org.jspecify.annotations.NullMarked;
