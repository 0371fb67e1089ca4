// SPDX-License-Identifier: Apache-2.0

/// The node's network stack as the agent sees it: what is there ([Snapshot]), what should be there
/// ([Wish]), and the pure comparison of the two ([KernelPlan]) that yields the changes to make.
/// Nothing that Warren did not make is ever changed or removed: its links carry the alias `warren`,
/// its routes and rules Warren's protocol number.
@NullMarked
package warren.agent.kernel;

import org.jspecify.annotations.NullMarked;
